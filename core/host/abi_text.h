// Text across the plugin boundary: views of our strings for plugins, and checked reading of theirs.
// Tested by tests/unit/host/abi_text_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "solder/abi.h"

namespace solder::host {

// What one string or message of a plugin may hold; a larger one is a mistake, not a configuration.
inline constexpr uint64_t kMaxBytes = 16u << 20;
// What one struct may say of its size: a later minor version has more members, not thousands.
inline constexpr uint32_t kMaxStructSize = 1u << 16;

inline solder_str view(std::string_view text) { return {text.data(), text.size()}; }

// Fit for a line of text: every byte that is not part of valid UTF-8 becomes '?', every control character a space.
std::string printable(std::string_view text);

// Reads a plugin's string. Null where it may be used, else what is wrong with it ("is not UTF-8").
const char* read_bytes(solder_str in, std::string_view& out);
const char* read_text(solder_str in, std::string_view& out);

}  // namespace solder::host
