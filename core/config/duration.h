// Durations as people write them: proto3's "1.5s" and, since Gloo reads its manifests with Go's rules, also "250ms",
// "1m30s" and "1h". Any thread. Tested by tests/unit/config/duration_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace solder::config {

// The same duration in proto3's one form: seconds with 0, 3, 6 or 9 decimals and an s ("90s", "0.250s"). Nothing where
// `text` is no duration or is beyond protobuf's 10,000 years; parts of a nanosecond are dropped.
std::optional<std::string> canonical_duration(std::string_view text);

}  // namespace solder::config
