// Durations as people write them: proto3's "1.5s" and, since Gloo reads its manifests with Go's rules, also "250ms",
// "1m30s" and "1h". The host brings options into proto3's form before a plugin sees them; what a plugin looks up is as
// it was written. Any thread. Tested by tests/unit/config/duration_test.cc.
#pragma once

#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace solder::sdk {

namespace duration_text {

inline constexpr uint64_t kNanosPerSecond = 1'000'000'000;
inline constexpr uint64_t kMostSeconds = 315'576'000'000;  // google.protobuf.Duration's bound
inline constexpr size_t kMostDigits = 12;                  // that bound has 12; more would overflow below

struct Unit {
  std::string_view name;
  uint64_t nanos;
};
// Longer names first: "ms" is no "m".
inline constexpr std::array<Unit, 8> kUnits{{{"ns", 1},
                                             {"us", 1'000},
                                             {"\u00b5s", 1'000},
                                             {"\u03bcs", 1'000},
                                             {"ms", 1'000'000},
                                             {"s", kNanosPerSecond},
                                             {"m", 60 * kNanosPerSecond},
                                             {"h", 3600 * kNanosPerSecond}}};

inline std::string_view take_digits(std::string_view& text) {
  size_t length = 0;
  while (length < text.size() && std::isdigit(static_cast<unsigned char>(text[length]))) ++length;
  const std::string_view digits = text.substr(0, length);
  text.remove_prefix(length);
  return digits;
}

inline uint64_t number_of(std::string_view digits) {
  uint64_t number = 0;
  for (const char digit : digits) number = number * 10 + static_cast<uint64_t>(digit - '0');
  return number;
}

// The digits behind the point, as billionths.
inline uint64_t billionths_of(std::string_view digits) {
  uint64_t number = 0;
  for (size_t i = 0; i < 9; ++i)
    number = number * 10 + (i < digits.size() ? static_cast<uint64_t>(digits[i] - '0') : 0);
  return number;
}

struct Span {
  uint64_t seconds = 0;
  uint64_t nanos = 0;
};

// Takes one "1.5h" off the front of `text` and adds it.
inline bool take_part(std::string_view& text, Span& span) {
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if ((whole.empty() && fraction.empty()) || whole.size() > kMostDigits) return false;
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    const uint64_t number = number_of(whole);
    const uint64_t billionths = billionths_of(fraction);
    if (unit.nanos >= kNanosPerSecond) {
      const uint64_t seconds = unit.nanos / kNanosPerSecond;
      span.seconds += number * seconds + billionths * seconds / kNanosPerSecond;
      span.nanos += billionths * seconds % kNanosPerSecond;
    } else {
      const uint64_t nanos = number * unit.nanos + billionths * unit.nanos / kNanosPerSecond;
      span.seconds += nanos / kNanosPerSecond;
      span.nanos += nanos % kNanosPerSecond;
    }
    span.seconds += span.nanos / kNanosPerSecond;
    span.nanos %= kNanosPerSecond;
    return span.seconds <= kMostSeconds;
  }
  return false;
}

}  // namespace duration_text

// The same duration in proto3's one form: seconds with 0, 3, 6 or 9 decimals and an s ("90s", "0.250s"). Nothing where
// `text` is no duration or is beyond protobuf's 10,000 years; parts of a nanosecond are dropped.
inline std::optional<std::string> canonical_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return "0s";
  if (text.empty()) return std::nullopt;
  duration_text::Span span;
  while (!text.empty()) {
    if (!duration_text::take_part(text, span)) return std::nullopt;
  }
  std::string out = negative && (span.seconds != 0 || span.nanos != 0) ? "-" : "";
  out += std::to_string(span.seconds);
  if (span.nanos != 0) {
    std::string decimals = std::to_string(duration_text::kNanosPerSecond + span.nanos).substr(1);
    while (decimals.ends_with("000")) decimals.erase(decimals.size() - 3);
    out += "." + decimals;
  }
  return out + "s";
}

}  // namespace solder::sdk
