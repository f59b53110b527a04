// Base64, and its form for URLs without padding. Decoding is strict, as Envoy's is: what is not base64 gives nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace solder::transformation {

std::string base64_encode(std::string_view bytes, bool for_urls, bool padding);
std::optional<std::string> base64_decode(std::string_view text, bool for_urls);

}  // namespace solder::transformation
