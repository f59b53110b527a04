// How many requests are made in any minute: no more than are allowed, however they are spread. Tested by
// tests/unit/cloud_foundry/pacer_test.cc.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

namespace solder::plugins::cloud_foundry {

class Pacer {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Pacer(size_t per_minute) : per_minute_(per_minute) {}

  // How long until there is room for one more; nothing: now.
  [[nodiscard]] std::chrono::milliseconds wait(Time now) {
    while (!made_.empty() && now - made_.front() >= kMinute) made_.pop_front();
    if (made_.size() < per_minute_) return std::chrono::milliseconds(0);
    return std::chrono::ceil<std::chrono::milliseconds>(kMinute - (now - made_.front()));
  }
  void made(Time now) { made_.push_back(now); }

 private:
  static constexpr auto kMinute = std::chrono::minutes(1);

  const size_t per_minute_;
  std::deque<Time> made_;
};

}  // namespace solder::plugins::cloud_foundry
