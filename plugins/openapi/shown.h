// Texts of strangers in messages: not longer than a line, and whole characters.
#pragma once

#include <string>
#include <string_view>

namespace solder::plugins::openapi {

inline std::string shown(std::string_view text, size_t most = 200) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return std::string(text.substr(0, most)) + "…";
}

}  // namespace solder::plugins::openapi
