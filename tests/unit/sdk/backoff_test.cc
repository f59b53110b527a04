// Waiting after failures.
#include "solder/sdk/backoff.hpp"

#include <gtest/gtest.h>

namespace solder::sdk {
namespace {

TEST(Backoff, LongerAndLongerByChanceAndAsAsked) {
  Backoff one(1), other(2);
  bool differ = false;
  for (int64_t whole = 1000; whole <= 64000; whole *= 2) {
    const auto wait = one.failed(), its = other.failed();
    EXPECT_GE(wait.count(), std::min<int64_t>(whole, 60000) / 2);
    EXPECT_LE(wait.count(), std::min<int64_t>(whole, 60000));
    differ = differ || wait != its;
  }
  EXPECT_TRUE(differ);
  for (int i = 0; i < 100; ++i) EXPECT_LE(one.failed().count(), 60000);
  EXPECT_EQ(one.failed("120").count(), 120000);
  EXPECT_EQ(one.failed("999999").count(), 300000);
  EXPECT_LE(one.failed("soon").count(), 60000);
  one.succeeded();
  EXPECT_LE(one.failed("0").count(), 1000);
}

}  // namespace
}  // namespace solder::sdk
