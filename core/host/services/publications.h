// The host's side of "solder.publish/1" for one instance of a plugin: reads what it says and hands it on, for upstreams
// that it was told to follow. Tested by tests/plugin/discovery_test.cc.
#pragma once

#include <set>
#include <string>

#include "core/host/services/discoverer.h"
#include "solder/services/publish.h"

namespace solder::host {

class Publications {
 public:
  // `plugin` must outlive it, and `listener`; without one, nothing is followed.
  Publications(const std::string& plugin, DiscoveryListener* listener);
  Publications(const Publications&) = delete;
  Publications& operator=(const Publications&) = delete;

  [[nodiscard]] const solder_svc_publish* table() const { return &table_; }
  // Both on the instance's strand.
  void follow(const model::ObjectRef& object) { followed_.insert(object); }
  void forget(const model::ObjectRef& object) { followed_.erase(object); }

 private:
  solder_status list(const solder_published* what);
  solder_status report(const solder_ref* object, solder_span problems);

  const std::string& plugin_;
  DiscoveryListener* const listener_;
  std::set<model::ObjectRef> followed_;
  solder_svc_publish table_;
};

}  // namespace solder::host
