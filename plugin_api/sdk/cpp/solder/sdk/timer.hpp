// solder/sdk/timer.hpp - a timer of the host ("solder.loop/1") as an object. Not included by sdk.hpp.
//
// A member of the plugin's class. What it runs may start it again; calls of the plugin do not run meanwhile. Whoever
// makes use of it lists "solder.loop/1" under "needs" in the manifest. Tested by tests/plugin/timers_test.cc.
#ifndef SOLDER_SDK_TIMER_HPP_
#define SOLDER_SDK_TIMER_HPP_

#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "solder/sdk/text.hpp"
#include "solder/services/loop.h"

namespace solder::sdk {

class Timer {
 public:
  explicit Timer(const Host& host)
      : host_(host), loop_(static_cast<const solder_svc_loop*>(host.service(SOLDER_SVC_LOOP))) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Instead of what it was to run so far. False where the host has no timers, or none left. What `then` throws is
  // logged.
  bool start(std::chrono::nanoseconds delay, std::function<void()> then) {
    cancel();
    if (!SOLDER_HAS(loop_, start)) return false;
    then_ = std::move(then);
    const uint64_t wait = delay.count() < 0 ? 0 : static_cast<uint64_t>(delay.count());
    return loop_->start(loop_->ctx, wait, &Timer::fired, this, &id_) == SOLDER_OK;
  }
  void cancel() {
    if (id_ != 0) loop_->cancel(loop_->ctx, id_);
    id_ = 0;
  }
  [[nodiscard]] bool pending() const { return id_ != 0; }

 private:
  static void fired(void* arg) noexcept {
    auto& timer = *static_cast<Timer*>(arg);
    timer.id_ = 0;
    const Host host = timer.host_;  // `then` may end the timer
    try {
      const std::function<void()> then = std::exchange(timer.then_, nullptr);
      then();
    } catch (const std::exception& error) {
      host.log(SOLDER_LOG_ERROR, std::string("a timer threw an exception: ") + error.what());
    } catch (...) {
      host.log(SOLDER_LOG_ERROR, "a timer threw an exception");
    }
  }

  Host host_;
  const solder_svc_loop* loop_;
  solder_timer id_ = 0;
  std::function<void()> then_;
};

}  // namespace solder::sdk

#endif
