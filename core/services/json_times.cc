#include "core/services/json_times.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace solder::services {
namespace {

constexpr int kNanosDigits = 9;
constexpr int64_t kMinTimestamp = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kMaxTimestamp = 253'402'300'799;  // 9999-12-31T23:59:59Z

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits from the front of `text`, at least `least` and at most `most` of them.
std::optional<int64_t> take_digits(std::string_view& text, size_t least, size_t most) {
  size_t count = 0;
  while (count < text.size() && count < most && is_digit(text[count])) ++count;
  if (count < least) return std::nullopt;
  int64_t value = 0;
  if (std::from_chars(text.data(), text.data() + count, value).ec != std::errc()) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".25" from the front as nanoseconds; 0 where there is no point.
std::optional<int32_t> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  const size_t before = text.size();
  auto value = take_digits(text, 1, kNanosDigits);
  if (!value) return std::nullopt;
  for (size_t digits = before - text.size(); digits < kNanosDigits; ++digits) *value *= 10;
  return static_cast<int32_t>(*value);
}

std::string format_fraction(int32_t nanos) {
  if (nanos == 0) return {};
  char text[16];
  std::snprintf(text, sizeof text, ".%09d", nanos);
  std::string out = text;
  while (out.ends_with("000")) out.resize(out.size() - 3);
  return out;
}

// "Z", "+01:00" as seconds east.
std::optional<int64_t> take_offset(std::string_view& text) {
  if (take(text, 'Z')) return 0;
  const bool west = !text.empty() && text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const int64_t seconds = *hours * 3600 + *minutes * 60;
  return west ? -seconds : seconds;
}

}  // namespace

bool valid_duration(SecondsNanos value) {
  return value.seconds >= -kMaxDurationSeconds && value.seconds <= kMaxDurationSeconds &&
         value.nanos > -1'000'000'000 && value.nanos < 1'000'000'000 && !(value.seconds > 0 && value.nanos < 0) &&
         !(value.seconds < 0 && value.nanos > 0);
}

std::optional<SecondsNanos> parse_duration(std::string_view text) {
  const bool negative = take(text, '-');
  const auto seconds = take_digits(text, 1, 12);
  if (!seconds) return std::nullopt;
  const auto nanos = take_fraction(text);
  if (!nanos || text != "s") return std::nullopt;
  const SecondsNanos value{negative ? -*seconds : *seconds, negative ? -*nanos : *nanos};
  return valid_duration(value) ? std::optional(value) : std::nullopt;
}

std::string format_duration(SecondsNanos value) {
  const bool negative = value.seconds < 0 || value.nanos < 0;
  return (negative ? "-" : "") + std::to_string(negative ? -value.seconds : value.seconds) +
         format_fraction(negative ? -value.nanos : value.nanos) + "s";
}

bool valid_timestamp(SecondsNanos value) {
  return value.seconds >= kMinTimestamp && value.seconds <= kMaxTimestamp && value.nanos >= 0 &&
         value.nanos < 1'000'000'000;
}

std::optional<SecondsNanos> parse_timestamp(std::string_view text) {
  const auto year = take_digits(text, 4, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto hour = take_digits(text, 2, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2, 2);
  if (!second) return std::nullopt;
  const auto nanos = take_fraction(text);
  if (!nanos) return std::nullopt;
  const auto offset = take_offset(text);
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!offset || !text.empty() || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const SecondsNanos value{days * 86400 + *hour * 3600 + *minute * 60 + *second - *offset, *nanos};
  return valid_timestamp(value) ? std::optional(value) : std::nullopt;
}

std::string format_timestamp(SecondsNanos value) {
  const std::chrono::sys_seconds when{std::chrono::seconds(value.seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(when - day);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text + format_fraction(value.nanos) + "Z";
}

std::optional<std::vector<std::string>> parse_field_mask(std::string_view text) {
  std::vector<std::string> paths;
  if (text.empty()) return paths;
  paths.emplace_back();
  for (const char c : text) {
    if (c == ',') {
      paths.emplace_back();
    } else if (c == '_') {
      return std::nullopt;
    } else if (c >= 'A' && c <= 'Z') {
      paths.back() += '_';
      paths.back() += static_cast<char>(c - 'A' + 'a');
    } else {
      paths.back() += c;
    }
  }
  for (const auto& path : paths) {
    if (path.empty()) return std::nullopt;
  }
  return paths;
}

std::string format_field_mask(const std::vector<std::string_view>& paths) {
  std::string out;
  for (const auto path : paths) {
    if (!out.empty()) out += ',';
    for (size_t i = 0; i < path.size(); ++i) {
      const bool joined = path[i] == '_' && i + 1 < path.size() && path[i + 1] >= 'a' && path[i + 1] <= 'z';
      out += joined ? static_cast<char>(path[++i] - 'a' + 'A') : path[i];
    }
  }
  return out;
}

}  // namespace solder::services
