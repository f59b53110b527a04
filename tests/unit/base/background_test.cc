#include "core/base/background.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <thread>

namespace solder::base::background_test {
namespace {

TEST(Background, IsTheThreadsOwn) {
  std::thread([] {
    work_in_background();
    EXPECT_EQ(::sched_getscheduler(0), SCHED_BATCH);
    EXPECT_GE(::getpriority(PRIO_PROCESS, 0), 10);
  }).join();
  EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
}

}  // namespace
}  // namespace solder::base::background_test
