// Who leads among several Solders: by the clock, and by every source that keeps a lease.
#include "core/sources/leadership.h"

#include <gtest/gtest.h>

#include <vector>

namespace solder::sources::leadership_test {
namespace {

using std::chrono::seconds;

const Leadership::Clock::time_point kNow{seconds(1000)};

TEST(Leadership, OneThatIsAloneLeads) { EXPECT_TRUE(Leadership().leads()); }

TEST(Leadership, ALeaseEndsByTheClockAlone) {
  Leadership leadership;
  leadership.hold("kubernetes", kNow + seconds(2), kNow);
  EXPECT_TRUE(leadership.leads(kNow + seconds(1)));
  EXPECT_FALSE(leadership.leads(kNow + seconds(2))) << "nobody had to say so";
}

TEST(Leadership, EverySourceWithALeaseMustHoldIt) {
  Leadership leadership;
  leadership.hold("kubernetes", kNow + seconds(9), kNow);
  leadership.hold("consul", {}, kNow);
  EXPECT_FALSE(leadership.leads(kNow));
  leadership.hold("consul", kNow + seconds(9), kNow);
  EXPECT_TRUE(leadership.leads(kNow));
}

TEST(Leadership, ChangesAreToldOnce) {
  Leadership leadership;
  std::vector<bool> told;
  leadership.follow([&](bool leads) { told.push_back(leads); });
  leadership.hold("kubernetes", {}, kNow);
  leadership.hold("kubernetes", {}, kNow);
  leadership.hold("kubernetes", kNow + seconds(2), kNow);
  leadership.hold("kubernetes", kNow + seconds(3), kNow);
  leadership.hold("kubernetes", {}, kNow);
  EXPECT_EQ(told, (std::vector<bool>{true, false, true, false}));
}

}  // namespace
}  // namespace solder::sources::leadership_test
