// The host's side of "solder.objects/1" and "solder.lease/1" for one instance of a plugin: reads what it says and hands
// it on. Tested by tests/plugin/config_watcher_test.cc.
#pragma once

#include <string>

#include "core/host/services/watcher.h"
#include "solder/services/lease.h"
#include "solder/services/objects.h"

namespace solder::host {

class ObjectSink {
 public:
  // Both must outlive it; without a listener everything is refused.
  ObjectSink(const std::string& plugin, ObjectListener* listener);
  ObjectSink(const ObjectSink&) = delete;
  ObjectSink& operator=(const ObjectSink&) = delete;

  [[nodiscard]] const solder_svc_objects* table() const { return &table_; }
  [[nodiscard]] const solder_svc_lease* lease() const { return &lease_; }

 private:
  using Scope = void (ObjectListener::*)(const std::string&, const std::string&, const std::string&);
  solder_status put(solder_str json);
  solder_status remove(const solder_ref* object);
  solder_status scope(solder_str kind, solder_str ns, Scope what);
  solder_status complete();
  solder_status report(solder_span problems);
  solder_status hold(uint64_t until_ns);
  solder_status changed(uint64_t id, solder_status status, solder_str words);

  const std::string& plugin_;
  ObjectListener* const listener_;
  solder_svc_objects table_;
  solder_svc_lease lease_;
};

}  // namespace solder::host
