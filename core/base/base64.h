// Base64 as the proto3 JSON mapping wants it: written in the standard alphabet with padding, read in the standard or
// the URL-safe one, with or without padding. Any thread. Source: RFC 4648. Tested by
// tests/unit/base/base64_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace solder::base {

std::string base64_encode(std::string_view bytes);
// Nothing where `text` is not Base64.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace solder::base
