// Whether this server finds functions: it does while it leads among the Solders on one store and holds the lease of
// those on its state directory. Any thread. Tested by tests/unit/cli/discovery_turn_test.cc.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace solder::cli {

class DiscoveryTurn {
 public:
  // `tell` is called with a lock held, each time that something was said, with what is so then.
  explicit DiscoveryTurn(std::function<void(bool discovers)> tell) : tell_(std::move(tell)) {}

  void leads(bool leads) { say(leads_, leads); }
  void holds(bool holds) { say(holds_, holds); }

 private:
  void say(bool& which, bool is) {
    const std::lock_guard lock(mutex_);
    which = is;
    tell_(leads_ && holds_);
  }

  const std::function<void(bool discovers)> tell_;
  std::mutex mutex_;
  bool leads_ = false, holds_ = false;
};

}  // namespace solder::cli
