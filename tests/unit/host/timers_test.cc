// Timers of a plugin: their order, what cancelling and closing promise, and that nothing of one plugin runs at once.
#include "core/host/services/timers.h"

#include <gmock/gmock.h>

#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <vector>

namespace solder::host {
namespace {

using ::testing::ElementsAre;

constexpr uint64_t kSoon = 1000000, kNever = UINT64_MAX;

// A plugin's view: functions instead of pairs of pointers. They run under `strand`.
class TimersTest : public ::testing::Test {
 protected:
  solder_status start(uint64_t delay_ns, std::function<void()> then, solder_timer* timer = nullptr) {
    solder_timer unused = 0;
    auto& kept = *kept_.emplace_back(std::make_unique<std::function<void()>>(std::move(then)));
    return loop().start(
        loop().ctx, delay_ns, [](void* arg) { (*static_cast<std::function<void()>*>(arg))(); }, &kept,
        timer == nullptr ? &unused : timer);
  }
  void cancel(solder_timer timer) { loop().cancel(loop().ctx, timer); }
  const solder_svc_loop& loop() { return *timers.table(); }
  // Until all that is due by now has fired.
  void settle() {
    std::promise<void> done;
    ASSERT_EQ(start(kSoon, [&] { done.set_value(); }), SOLDER_OK);
    done.get_future().wait();
  }

  const std::string plugin = "p";
  std::mutex strand;
  std::vector<int> fired;

 private:
  std::vector<std::unique_ptr<std::function<void()>>> kept_;

 protected:
  Timers timers{plugin, strand};
};

TEST_F(TimersTest, FireInTheOrderOfTheirTimes) {
  start(3 * kSoon, [&] { fired.push_back(3); });
  start(1 * kSoon, [&] { fired.push_back(1); });
  start(2 * kSoon, [&] { fired.push_back(2); });
  std::promise<void> done;
  start(4 * kSoon, [&] { done.set_value(); });
  timers.open();
  done.get_future().wait();
  EXPECT_THAT(fired, ElementsAre(1, 2, 3));
}

TEST_F(TimersTest, NotBeforeTheirTime) {
  timers.open();
  const uint64_t before = loop().now_ns(loop().ctx);
  std::promise<uint64_t> at;
  start(20 * kSoon, [&] { at.set_value(loop().now_ns(loop().ctx)); });
  EXPECT_GE(at.get_future().get() - before, 20 * kSoon);
}

TEST_F(TimersTest, NoneFiresBeforeThePluginIsAccepted) {
  start(0, [&] { fired.push_back(1); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  {
    const std::lock_guard lock(strand);
    EXPECT_TRUE(fired.empty());
  }
  timers.open();
  settle();
  EXPECT_THAT(fired, ElementsAre(1));
}

TEST_F(TimersTest, NoneFiresWhileAnotherGenerationServes) {
  timers.open();
  settle();
  timers.pause();
  start(0, [&] { fired.push_back(1); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  {
    const std::lock_guard lock(strand);
    EXPECT_TRUE(fired.empty());
  }
  timers.open();
  settle();
  EXPECT_THAT(fired, ElementsAre(1));
}

// The thread has seen the timer and waits for the strand when it is cancelled.
TEST_F(TimersTest, OneThatIsCancelledInsideThePluginDoesNotFire) {
  timers.open();
  {
    const std::lock_guard lock(strand);
    solder_timer timer = 0;
    start(
        0, [&] { fired.push_back(1); }, &timer);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    cancel(timer);
    cancel(timer);
  }
  settle();
  EXPECT_TRUE(fired.empty());
}

TEST_F(TimersTest, OneMayStartTheNext) {
  timers.open();
  std::promise<void> done;
  start(0, [&] { start(0, [&] { done.set_value(); }); });
  done.get_future().wait();
}

TEST_F(TimersTest, ThoseOfOnePluginNeverRunDuringACall) {
  timers.open();
  std::unique_lock call(strand);
  start(0, [&] { fired.push_back(1); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(fired.empty());
  call.unlock();
  settle();
  EXPECT_THAT(fired, ElementsAre(1));
}

TEST_F(TimersTest, ClosingWaitsForTheOneThatRunsAndDropsTheRest) {
  std::promise<void> began;
  start(0, [&] {
    began.set_value();
    while (start(kNever, [] {}) == SOLDER_OK) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    fired.push_back(1);
  });
  start(kSoon, [&] { fired.push_back(2); });
  start(kNever, [&] { fired.push_back(3); });
  timers.open();
  began.get_future().wait();
  timers.close();
  EXPECT_THAT(fired, ElementsAre(1));
  EXPECT_EQ(start(0, [] {}), SOLDER_CANCELLED);
}

TEST_F(TimersTest, AnExceptionEndsThatTimerOnly) {
  timers.open();
  start(0, [] { throw std::runtime_error("oh"); });
  start(0, [] { throw 1; });
  settle();
}

TEST_F(TimersTest, WhatCannotBeStartedIsRefused) {
  solder_timer timer = 0;
  EXPECT_EQ(loop().start(loop().ctx, 0, nullptr, nullptr, &timer), SOLDER_INVALID_ARGUMENT);
  EXPECT_EQ(loop().start(
                loop().ctx, 0, [](void*) {}, nullptr, nullptr),
            SOLDER_INVALID_ARGUMENT);
  for (int i = 0; i < SOLDER_LOOP_MAX_TIMERS; ++i)
    ASSERT_EQ(start(
                  kNever, [] {}, &timer),
              SOLDER_OK);
  EXPECT_EQ(start(0, [] {}), SOLDER_RESOURCE_EXHAUSTED);
  cancel(timer);
  EXPECT_EQ(start(kNever, [] {}), SOLDER_OK);
}

}  // namespace
}  // namespace solder::host
