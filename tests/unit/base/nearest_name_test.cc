// The nearest known name: close ones are found, far ones are not guessed at.
#include "core/base/nearest_name.h"

#include <gtest/gtest.h>

namespace solder::base {
namespace {

const std::vector<std::string_view> kKnown = {"timeout", "retryPolicy", "prefixRewrite", "cluster", "a"};

TEST(NearestName, FindsSlips) {
  EXPECT_EQ(nearest_name("timeuot", kKnown), "timeout");
  EXPECT_EQ(nearest_name("timeOut", kKnown), "timeout");
  EXPECT_EQ(nearest_name("RETRYPOLICY", kKnown), "retryPolicy");
  EXPECT_EQ(nearest_name("retryPolcy", kKnown), "retryPolicy");
  EXPECT_EQ(nearest_name("clusters", kKnown), "cluster");
}

TEST(NearestName, SwappedNeighboursAreOneSlip) {
  EXPECT_EQ(nearest_name("prot", {"port", "part_of_speech"}), "port");
  EXPECT_EQ(nearest_name("otrp", {"port"}), "");
}

TEST(NearestName, DoesNotGuess) {
  EXPECT_EQ(nearest_name("banana", kKnown), "");
  EXPECT_EQ(nearest_name("xyz", kKnown), "");
  EXPECT_EQ(nearest_name("timeout", {}), "");
  EXPECT_EQ(nearest_name(std::string(100'000, 'x'), kKnown), "");
}

TEST(NearestName, TakesTheNearer) {
  EXPECT_EQ(nearest_name("prefixs", {"prefixes", "prefix_b", "prefix"}), "prefixes");
}

}  // namespace
}  // namespace solder::base
