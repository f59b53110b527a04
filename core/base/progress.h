// Tells in the log how far long work has come: "reading manifests: 8123 of 20000", at most once a second, and nothing
// where the work is shorter. Used by one thread. Tested by tests/unit/base/progress_test.cc.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace solder::base {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;
  // `tell` is given each line; by default it goes to the log. `now` is the clock.
  Progress(std::string what, size_t total, std::function<void(const std::string&)> tell = to_log,
           std::function<Clock::time_point()> now = Clock::now);
  // One more is done.
  void step();

  static void to_log(const std::string& line);

 private:
  const std::string what_;
  const size_t total_;
  const std::function<void(const std::string&)> tell_;
  const std::function<Clock::time_point()> now_;
  size_t done_ = 0;
  Clock::time_point told_;
};

}  // namespace solder::base
