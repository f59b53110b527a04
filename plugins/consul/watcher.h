// The source of objects: those in the KV store, kind by kind, and an Upstream for each service. Nothing counts before
// everything was listed once. Of several Solders one leads (lock.h). Tested by tests/e2e/consul_kv_test.py,
// tests/e2e/consul_services_test.py and tests/e2e/consul_replicas_test.py.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api.h"
#include "catalog.h"
#include "connect.h"
#include "kind_keys.h"
#include "kv_statuses.h"
#include "lock.h"
#include "shared_keys.h"
#include "solder/sdk.hpp"
#include "solder/sdk/objects.hpp"
#include "stray_keys.h"

namespace solder::plugins::consul {

class Watcher {
 public:
  // `settings` outlive it.
  Watcher(const sdk::Host& host, const Settings& settings);
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  void watch(const std::vector<sdk::WatchedKind>& kinds);
  void status(const sdk::Ref& ref, std::string_view json) { statuses_.want(ref, json); }
  void share(const std::vector<sdk::SharedEntry>& entries) {
    if (shared_) shared_->want(entries);
  }

 private:
  void keep_lease();
  void lease_changed();
  void changed();
  void report();
  [[nodiscard]] bool settled() const;

  const sdk::Host host_;
  const Settings& settings_;
  Api api_;
  sdk::Objects objects_;
  sdk::Timer look_timer_, report_timer_;
  std::optional<Lock> lock_;  // none: it is alone
  KvStatuses statuses_;
  StrayKeys strays_;
  std::optional<SharedKeys> shared_;
  KindKeys::Ends ends_, shared_ends_;
  bool started_ = false, complete_ = false;
  std::map<std::string, std::unique_ptr<KindKeys>> kinds_;  // by kind; behind what they use: they leave first
  std::optional<KindKeys> shared_entries_;
  std::optional<Catalog> catalog_;
  std::optional<Connect> connect_;
};

}  // namespace solder::plugins::consul
