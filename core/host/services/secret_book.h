// The values of all Secrets, for the host's own use: requests of plugins are signed with them. They go nowhere else,
// and what is here is never printed. Any thread. Tested by tests/unit/host/requests_test.cc.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/model/object.h"

namespace solder::host {

class SecretBook {
 public:
  using Values = std::map<std::string, std::string>;

  void put(const model::ObjectRef& ref, Values values) {
    auto kept = std::make_shared<const Values>(std::move(values));
    const std::lock_guard lock(mutex_);
    all_[ref] = std::move(kept);
  }
  void remove(const model::ObjectRef& ref) {
    const std::lock_guard lock(mutex_);
    all_.erase(ref);
  }
  // Null: there is none, or it cannot be read.
  [[nodiscard]] std::shared_ptr<const Values> find(const model::ObjectRef& ref) const {
    const std::lock_guard lock(mutex_);
    const auto at = all_.find(ref);
    return at == all_.end() ? nullptr : at->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<model::ObjectRef, std::shared_ptr<const Values>> all_;
};

}  // namespace solder::host
