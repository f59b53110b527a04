#include "core/xds/push_thread.h"

#include <utility>

namespace solder::xds {

PushThread::~PushThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void PushThread::poke_all() {
  {
    const std::lock_guard lock(mutex_);
    all_due_ = true;
  }
  changed_.notify_one();
}

void PushThread::poke_at(Clock::time_point time, std::weak_ptr<Pokable> one) {
  bool earliest = false;
  {
    const std::lock_guard lock(mutex_);
    earliest = later_.empty() || time < later_.begin()->first;
    later_.emplace(time, std::move(one));
  }
  if (earliest) changed_.notify_one();
}

void PushThread::run() {
  for (;;) {
    const auto due = wait();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    for (const auto& one : due) one->poke();
  }
}

std::vector<std::shared_ptr<Pokable>> PushThread::wait() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (std::exchange(all_due_, false)) {
      lock.unlock();
      return all_();
    }
    if (later_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = later_.begin()->first;
    if (Clock::now() < first) {
      changed_.wait_until(lock, first);
      continue;
    }
    std::vector<std::shared_ptr<Pokable>> due;
    const auto end = later_.upper_bound(Clock::now());
    for (auto it = later_.begin(); it != end; it = later_.erase(it)) {
      if (auto one = it->second.lock()) due.push_back(std::move(one));
    }
    return due;
  }
  return {};
}

}  // namespace solder::xds
