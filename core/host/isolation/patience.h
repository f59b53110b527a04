// When a process that failed is started again: after a second, then two, four, up to a minute; and after five failures
// within ten minutes not before somebody asks for it. One that others killed is no fault of the plugin's: it comes back
// at once, and only hurries less if that goes on. Time is the caller's. Tested by
// tests/unit/host/isolation_patience_test.cc.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

namespace solder::host::isolation {

class Patience {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kMostFaults = 5;
  static constexpr auto kWindow = std::chrono::minutes(10);
  static constexpr auto kLongest = std::chrono::seconds(60);

  explicit Patience(std::chrono::milliseconds first_wait = std::chrono::seconds(1)) : first_wait_(first_wait) {}

  void fault(Clock::time_point now);
  void killed(Clock::time_point now);
  void worked() { kills_ = 0; }
  void revive();

  [[nodiscard]] bool parked() const { return parked_; }
  [[nodiscard]] bool may_start(Clock::time_point now) const { return !parked_ && now >= due_; }
  // What is left to wait.
  [[nodiscard]] std::chrono::milliseconds left(Clock::time_point now) const;

 private:
  std::chrono::milliseconds first_wait_;
  std::deque<Clock::time_point> faults_;
  int kills_ = 0;  // without a call that worked between them
  bool parked_ = false;
  Clock::time_point due_{};
};

}  // namespace solder::host::isolation
