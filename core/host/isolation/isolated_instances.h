// The discoveries and sources of objects of a plugin that has processes of its own. Tested by
// tests/plugin/aside_test.cc.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/host/isolation/aside.h"
#include "core/host/services/discoverer.h"
#include "core/host/services/watcher.h"

namespace solder::host::isolation {

class IsolatedDiscoverer final : public Discoverer, private Aside::Owner {
 public:
  IsolatedDiscoverer(AsideSetup setup, DiscoveryListener& listener);

  void follow(const std::vector<FollowedUpstream>& upstreams) override;
  void forget(const std::vector<model::ObjectRef>& upstreams) override;

 private:
  std::vector<Parcel> begin(AsideServices& services) override;
  void down(const std::string& words, bool parked) override;
  void done(const Parcel& /*answer*/) override {}

  const std::string plugin_;
  DiscoveryListener& listener_;
  std::map<model::ObjectRef, FollowedUpstream> followed_;  // under the lock of aside_
  bool told_down_ = false;                                 // of its thread
  Aside aside_;                                            // last: ends first
};

class IsolatedWatcher final : public Watcher, private Aside::Owner {
 public:
  IsolatedWatcher(AsideSetup setup, ObjectListener& listener);

  base::Status watch(const std::vector<WatchedKind>& kinds) override;
  void statuses(const std::vector<ObjectStatus>& statuses) override;
  void share(const std::vector<ObjectStatus>& entries) override;
  // Waits for the process.
  bool change(const StoreChange& change) override;

 private:
  std::vector<Parcel> begin(AsideServices& services) override;
  void down(const std::string& words, bool parked) override;
  void done(const Parcel& answer) override;

  const std::string plugin_;
  ObjectListener& listener_;
  bool told_down_ = false, began_before_ = false;  // of its thread
  std::condition_variable answered_;
  // Under the lock of aside_.
  std::optional<std::vector<WatchedKind>> kinds_;
  std::map<model::ObjectRef, std::string> statuses_;
  std::optional<std::vector<ObjectStatus>> shared_;
  std::optional<StoreChange> change_;  // not answered yet
  std::optional<bool> taken_;          // what was answered
  Aside aside_;                        // last: ends first
};

}  // namespace solder::host::isolation
