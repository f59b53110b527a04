#include "core/config/duration.h"

#include <gtest/gtest.h>

namespace solder::config {
namespace {

TEST(Duration, ProtobufsForm) {
  EXPECT_EQ(canonical_duration("5s"), "5s");
  EXPECT_EQ(canonical_duration("0s"), "0s");
  EXPECT_EQ(canonical_duration("1.5s"), "1.500s");
  EXPECT_EQ(canonical_duration("0.000001s"), "0.000001s");
  EXPECT_EQ(canonical_duration("0.123456789s"), "0.123456789s");
  EXPECT_EQ(canonical_duration("-1.5s"), "-1.500s");
  EXPECT_EQ(canonical_duration("-0s"), "0s");
  EXPECT_EQ(canonical_duration("315576000000s"), "315576000000s");
}

TEST(Duration, GosForms) {
  EXPECT_EQ(canonical_duration("250ms"), "0.250s");
  EXPECT_EQ(canonical_duration("1m2s"), "62s");
  EXPECT_EQ(canonical_duration("1h30m0.5s"), "5400.500s");
  EXPECT_EQ(canonical_duration("1.5h"), "5400s");
  EXPECT_EQ(canonical_duration(".5m"), "30s");
  EXPECT_EQ(canonical_duration("3us"), "0.000003s");
  EXPECT_EQ(canonical_duration("3\u00b5s"), "0.000003s");
  EXPECT_EQ(canonical_duration("7ns"), "0.000000007s");
  EXPECT_EQ(canonical_duration("999ms1ms"), "1s");
  EXPECT_EQ(canonical_duration("+2s"), "2s");
  EXPECT_EQ(canonical_duration("0"), "0s");
}

TEST(Duration, Others) {
  for (const char* text : {"", "-", "5", "5 s", "s", "5x", "5sec", "1d", ".s", "1..5s", "5s ", "1e3s", "five",
                           "315576000001s", "9999999999999s", "100000000000h", "0x5s", "--5s"}) {
    EXPECT_EQ(canonical_duration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace solder::config
