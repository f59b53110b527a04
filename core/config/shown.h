// What a user wrote, cut to a length that a report can carry. Never in the middle of a letter: reports are JSON too,
// and half a letter is no UTF-8. Any thread. Tested by tests/unit/config/schema_test.cc.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace solder::config {

inline std::string shortened(std::string_view text, size_t most = 80) {
  if (text.size() <= most) return std::string(text);
  size_t end = most - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

inline std::string shown(const nlohmann::json& value) { return shortened(value.dump()); }

}  // namespace solder::config
