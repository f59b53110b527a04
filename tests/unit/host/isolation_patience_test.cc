// When a process that failed is started again.
#include "core/host/isolation/patience.h"

#include <gtest/gtest.h>

namespace solder::host::isolation {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Patience::Clock::time_point kStart{minutes(1000)};

TEST(Patience, WaitsTwiceAsLongAfterEachFailureAndIsParkedAfterFive) {
  Patience patience;
  auto now = kStart;
  EXPECT_TRUE(patience.may_start(now));
  for (const int wait : {1, 2, 4, 8}) {
    patience.fault(now);
    EXPECT_EQ(patience.left(now), seconds(wait));
    EXPECT_FALSE(patience.may_start(now + seconds(wait) - milliseconds(1)));
    now += seconds(wait);
    EXPECT_TRUE(patience.may_start(now));
    EXPECT_FALSE(patience.parked());
  }
  patience.fault(now);
  EXPECT_TRUE(patience.parked());
  EXPECT_FALSE(patience.may_start(now + minutes(100000)));
  patience.revive();
  EXPECT_TRUE(patience.may_start(now));
  EXPECT_FALSE(patience.parked());
}

TEST(Patience, FailuresOfLongAgoDoNotCount) {
  Patience patience;
  for (int i = 0; i < 50; ++i) patience.fault(kStart + minutes(3) * i);
  EXPECT_FALSE(patience.parked());
  EXPECT_EQ(patience.left(kStart + minutes(3) * 49), seconds(8));
}

// However often others kill it, it comes back: at once, and without a call between them within two seconds.
TEST(Patience, BeingKilledIsNoFault) {
  Patience patience;
  auto now = kStart;
  for (int i = 0; i < 1000; ++i) {
    patience.killed(now);
    EXPECT_TRUE(patience.may_start(now));
    patience.worked();
  }
  for (int i = 0; i < 1000; ++i) {
    patience.killed(now);
    EXPECT_TRUE(patience.may_start(now + seconds(2)));
    now += seconds(2);
  }
  EXPECT_FALSE(patience.parked());
  patience.killed(now);
  EXPECT_FALSE(patience.may_start(now));
}

}  // namespace
}  // namespace solder::host::isolation
