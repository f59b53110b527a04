// Durations as people write them, for the schemas: what solder/sdk/duration_text.hpp reads. Any thread. Tested by
// tests/unit/config/duration_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace solder::config {

// In proto3's one form; nothing where `text` is no duration.
std::optional<std::string> canonical_duration(std::string_view text);

}  // namespace solder::config
