// Durations, times and field masks: there and back, and what is refused.
#include "core/services/json_times.h"

#include <gtest/gtest.h>

namespace solder::services::json_times_test {
namespace {

TEST(Duration, ThereAndBack) {
  const std::pair<const char*, SecondsNanos> examples[] = {{"0s", {0, 0}},
                                                           {"5s", {5, 0}},
                                                           {"-5s", {-5, 0}},
                                                           {"0.250s", {0, 250'000'000}},
                                                           {"-0.000001s", {0, -1000}},
                                                           {"-1.000000001s", {-1, -1}},
                                                           {"315576000000s", {kMaxDurationSeconds, 0}}};
  for (const auto& [text, value] : examples) {
    EXPECT_EQ(parse_duration(text), value) << text;
    EXPECT_EQ(format_duration(value), text);
  }
  EXPECT_EQ(parse_duration("1.5s"), (SecondsNanos{1, 500'000'000}));
}

TEST(Duration, Refuses) {
  for (const char* bad : {"", "s", "5", "5m", "+5s", " 5s", "5s ", ".5s", "5.s", "1.0000000001s", "1e3s", "--5s",
                          "315576000001s", "9999999999999s"}) {
    EXPECT_FALSE(parse_duration(bad).has_value()) << bad;
  }
  EXPECT_FALSE(valid_duration({1, -1}));
  EXPECT_FALSE(valid_duration({0, 1'000'000'000}));
  EXPECT_TRUE(valid_duration({0, -1}));
}

TEST(Timestamp, ThereAndBack) {
  const std::pair<const char*, SecondsNanos> examples[] = {{"1970-01-01T00:00:00Z", {0, 0}},
                                                           {"2024-02-29T12:30:45.120Z", {1709209845, 120'000'000}},
                                                           {"1969-12-31T23:59:59.999999999Z", {-1, 999'999'999}},
                                                           {"0001-01-01T00:00:00Z", {-62135596800, 0}},
                                                           {"9999-12-31T23:59:59Z", {253402300799, 0}}};
  for (const auto& [text, value] : examples) {
    EXPECT_EQ(parse_timestamp(text), value) << text;
    EXPECT_EQ(format_timestamp(value), text);
  }
  EXPECT_EQ(parse_timestamp("1970-01-01T01:30:00+01:30"), (SecondsNanos{0, 0}));
  EXPECT_EQ(parse_timestamp("1969-12-31T23:00:00-01:00"), (SecondsNanos{0, 0}));
}

TEST(Timestamp, Refuses) {
  for (const char* bad :
       {"", "2024-01-31", "2024-1-31T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-31T24:00:00Z",
        "2024-01-31T00:60:00Z", "2024-01-31T00:00:00", "2024-01-31T00:00:00+1:00", "2024-01-31T00:00:00.Z",
        "2024-01-31T00:00:00Zx", "0000-01-01T00:00:00Z", "2024-01-31t00:00:00Z", "9999-12-31T23:59:59-01:00"}) {
    EXPECT_FALSE(parse_timestamp(bad).has_value()) << bad;
  }
}

TEST(FieldMask, ThereAndBack) {
  EXPECT_EQ(parse_field_mask("fooBar.baz,q"), (std::vector<std::string>{"foo_bar.baz", "q"}));
  EXPECT_EQ(format_field_mask({"foo_bar.baz", "q"}), "fooBar.baz,q");
  EXPECT_EQ(parse_field_mask(""), std::vector<std::string>());
  for (const char* bad : {"foo_bar", "a,,b", ","}) EXPECT_FALSE(parse_field_mask(bad).has_value()) << bad;
}

}  // namespace
}  // namespace solder::services::json_times_test
