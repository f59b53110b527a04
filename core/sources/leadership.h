// Whether this Solder leads, among several on one store: it does while every source that keeps a lease holds it, and
// always where none does. The clock is asked each time, so a process that was stopped finds out by itself that its time
// is over (services/lease.h). Any thread. Tested by tests/unit/sources/leadership_test.cc.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace solder::sources {

class Leadership {
 public:
  using Clock = std::chrono::steady_clock;
  using Told = std::function<void(bool leads)>;

  // `told` hears whether it leads each time that a source said something that changed it. It is called with a lock
  // held, in order, and must not come back.
  void follow(Told told);
  void hold(const std::string& source, Clock::time_point until, Clock::time_point now = Clock::now());
  [[nodiscard]] bool leads(Clock::time_point now = Clock::now()) const;

 private:
  [[nodiscard]] bool all_hold(Clock::time_point now) const;

  mutable std::mutex mutex_;
  std::map<std::string, Clock::time_point> until_;  // by source
  Told told_;
  bool said_ = true;
};

}  // namespace solder::sources
