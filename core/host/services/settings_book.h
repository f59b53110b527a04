// The Settings that count, for all sources of objects and discoveries that ask for them. Any thread. Tested by
// tests/unit/host/settings_watch_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace solder::host {

class SettingsBook {
 public:
  // The spec as JSON; empty: there are none.
  using Text = std::shared_ptr<const std::string>;
  using Listener = std::function<void(const Text&)>;

  void set(std::string spec_json) {
    const std::lock_guard lock(mutex_);
    if (current_ && *current_ == spec_json) return;
    current_ = std::make_shared<const std::string>(std::move(spec_json));
    for (const auto& [id, listener] : listeners_) listener(current_);
  }
  // Called at once where they are known, and whenever others count; it must be short, and not come back in here.
  uint64_t listen(Listener listener) {
    const std::lock_guard lock(mutex_);
    if (current_) listener(current_);
    listeners_.emplace(++last_, std::move(listener));
    return last_;
  }
  // When it returns, that listener is not running and never will be.
  void forget(uint64_t id) {
    const std::lock_guard lock(mutex_);
    listeners_.erase(id);
  }

 private:
  std::mutex mutex_;
  Text current_;  // null: they are not known yet
  uint64_t last_ = 0;
  std::map<uint64_t, Listener> listeners_;
};

}  // namespace solder::host
