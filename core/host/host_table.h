// What an instance of a plugin sees of the host: who it is, the services it may ask for, and the log.
// Tested by tests/plugin/calls_test.cc.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "core/host/manifest.h"
#include "core/host/services/object_sink.h"
#include "core/host/services/publications.h"
#include "core/host/services/requests.h"
#include "core/host/services/settings_watch.h"
#include "core/host/services/timers.h"
#include "solder/plugin.h"
#include "solder/services/files.h"

namespace solder::host {

// Who an instance is: its plugin's name, the file as it was opened and as the operator put it, and whether it stands in
// a process of its own, where it is given no service but those that its manifest needs.
struct PluginIdentity {
  std::string name, copy, original;
  bool apart = false;
  std::set<std::string> needs{};
};

// What a plugin in a process of its own may ask for: what its manifest needs, and what comes with that.
std::set<std::string> services_of(const Manifest& manifest);

// Whether this host has the service: what a manifest may list under "needs".
bool has_service(std::string_view id);

// One for each instance; lives until destroy() has returned.
class HostTable {
 public:
  // Who hears what an instance says by itself; null: it may not say that.
  struct Listeners {
    DiscoveryListener* discovery = nullptr;
    ObjectListener* objects = nullptr;
  };

  // `strand` serialises all that runs inside the instance.
  HostTable(PluginIdentity identity, std::mutex& strand, ServicesPtr services,
            Listeners listeners = {nullptr, nullptr});
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  [[nodiscard]] const solder_host* get() const { return &table_; }
  // Whether events come into the instance.
  void serve(bool serving);
  [[nodiscard]] Publications& publications() { return publications_; }
  // The last error that it told the log since this was asked last; empty: none.
  [[nodiscard]] std::string take_error();
  // Before destroy(): when it returns, nothing comes into the instance any more.
  void close();

 private:
  static const void* service(void* ctx, solder_str id);
  static solder_status read_file(void* ctx, solder_str path, solder_span hidden, void (*got)(void*, solder_str),
                                 void* arg);
  static void log(void* ctx, uint32_t level, solder_str message);

  PluginIdentity identity_;
  std::mutex error_mutex_;
  std::string error_;
  Timers timers_;
  Requests requests_;
  SettingsWatch settings_;
  Publications publications_;
  ObjectSink objects_;
  const ServicesPtr services_;
  solder_svc_files files_;
  solder_host table_;
};

}  // namespace solder::host
