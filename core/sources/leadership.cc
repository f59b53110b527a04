#include "core/sources/leadership.h"

#include <algorithm>
#include <utility>

namespace solder::sources {

void Leadership::follow(Told told) {
  const std::lock_guard lock(mutex_);
  told_ = std::move(told);
  if (told_) told_(said_);
}

void Leadership::hold(const std::string& source, Clock::time_point until, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  until_[source] = until;
  const bool leads = all_hold(now);
  if (std::exchange(said_, leads) != leads && told_) told_(leads);
}

bool Leadership::leads(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  return all_hold(now);
}

bool Leadership::all_hold(Clock::time_point now) const {
  return std::all_of(until_.begin(), until_.end(), [now](const auto& each) { return now < each.second; });
}

}  // namespace solder::sources
