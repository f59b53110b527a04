// No minute has more requests than are allowed, wherever it begins.
#include "plugins/cloud_foundry/pacer.h"

#include <gtest/gtest.h>

#include <vector>

namespace solder::plugins::cloud_foundry::pacer_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

TEST(Pacer, NoMinuteHasMoreThanAllowed) {
  Pacer pacer(5);
  Pacer::Time now{};
  std::vector<Pacer::Time> made;
  for (int i = 0; i < 60; ++i) {
    now += pacer.wait(now);
    ASSERT_EQ(pacer.wait(now).count(), 0);
    pacer.made(now);
    made.push_back(now);
    now += milliseconds(i % 7 * 900);
  }
  for (size_t i = 5; i < made.size(); ++i) EXPECT_GE(made[i] - made[i - 5], minutes(1)) << i;
}

TEST(Pacer, WhatIsAllowedComesAtOnce) {
  Pacer pacer(3);
  const Pacer::Time now{};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(pacer.wait(now).count(), 0);
    pacer.made(now);
  }
  EXPECT_EQ(pacer.wait(now), milliseconds(60000));
  EXPECT_EQ(pacer.wait(now + milliseconds(59000)), milliseconds(1000));
}

}  // namespace
}  // namespace solder::plugins::cloud_foundry::pacer_test
