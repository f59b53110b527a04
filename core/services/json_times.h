// Duration, Timestamp and FieldMask between their JSON text and their numbers. Any thread.
// Source: google/protobuf/duration.proto, timestamp.proto, field_mask.proto; RFC 3339.
// Tested by tests/unit/services/json_times_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace solder::services {

struct SecondsNanos {
  int64_t seconds = 0;
  int32_t nanos = 0;  // of a Duration: with the sign of seconds; of a Timestamp: never negative

  bool operator==(const SecondsNanos&) const = default;
};

inline constexpr int64_t kMaxDurationSeconds = 315'576'000'000;  // 10,000 years

// "1.5s", "-0.25s": a sign, digits, at most nine decimals, "s".
std::optional<SecondsNanos> parse_duration(std::string_view text);
// With 0, 3, 6 or 9 decimals, as protobuf prints it.
std::string format_duration(SecondsNanos value);
// Signs agree, in range.
bool valid_duration(SecondsNanos value);

// "2024-01-31T23:59:60.123Z", or with an offset; years 1 to 9999.
std::optional<SecondsNanos> parse_timestamp(std::string_view text);
std::string format_timestamp(SecondsNanos value);
bool valid_timestamp(SecondsNanos value);

// "a.bC,d" ↔ {"a.b_c", "d"}. Nothing where a path does not survive the way there and back.
std::optional<std::vector<std::string>> parse_field_mask(std::string_view text);
std::string format_field_mask(const std::vector<std::string_view>& paths);

}  // namespace solder::services
