// An instance of a plugin that brings objects from elsewhere ("solder.config-watcher/1"), apart from the one that
// translates. What it brings goes to a listener. Tested by tests/plugin/config_watcher_test.cc.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/host/services/settings_book.h"
#include "core/model/diagnostic.h"

namespace solder::host {

// Called from threads of the host's, for one plugin one at a time: services/objects.h.
class ObjectListener {
 public:
  virtual ~ObjectListener() = default;
  virtual base::Status put(const std::string& plugin, std::string_view json) = 0;
  virtual void remove(const std::string& plugin, const model::ObjectRef& object) = 0;
  virtual void begin_list(const std::string& plugin, const std::string& kind, const std::string& ns) = 0;
  virtual void end_list(const std::string& plugin, const std::string& kind, const std::string& ns) = 0;
  virtual void keep(const std::string& plugin, const std::string& kind, const std::string& ns) = 0;
  virtual void complete(const std::string& plugin) = 0;
  virtual void reported(const std::string& plugin, model::Diagnostics problems) = 0;
  // services/lease.h.
  virtual void holds_lease(const std::string& plugin, std::chrono::steady_clock::time_point until) = 0;
  // A new instance takes the place of one that ended, and says anew what there is.
  virtual void began(const std::string& /*plugin*/) {}
  // Of a listener that asked for changes.
  virtual void changed(const std::string& /*plugin*/, uint64_t /*id*/, base::Status /*status*/) {}
  // The Settings that count, which outlive all instances. Null: there are none to be had.
  virtual SettingsBook* settings() { return nullptr; }
};

struct WatchedKind {
  std::string kind, api_version;

  auto operator<=>(const WatchedKind&) const = default;
};

// What is to be written about an object where its users look, or an object that is to be shared.
struct ObjectStatus {
  model::ObjectRef ref;
  std::string json;  // empty: nothing any more
};

// What a user writes or takes away in the store behind a source.
struct StoreChange {
  uint64_t id = 0;
  model::ObjectRef ref;
  std::string api_version;
  std::string json;  // empty: the object goes
};

class Watcher {
 public:
  virtual ~Watcher() = default;
  // All kinds that count. One thread, like the next.
  virtual base::Status watch(const std::vector<WatchedKind>& kinds) = 0;
  virtual void statuses(const std::vector<ObjectStatus>& statuses) = 0;
  // All that there is to be for all Solders on its store.
  virtual void share(const std::vector<ObjectStatus>& entries) = 0;
  // Of a watcher that does not watch. False: there is no store here that could be written. What becomes of each is told
  // to the listener.
  virtual bool change(const StoreChange& change) = 0;
};

}  // namespace solder::host
