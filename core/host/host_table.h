// What an instance of a plugin sees of the host: who it is, the services it may ask for, and the log.
// Tested by tests/plugin/calls_test.cc.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "core/host/services/timers.h"
#include "solder/draft/plugin.h"

namespace solder::host {

// Whether this host has the service: what a manifest may list under "needs".
bool has_service(std::string_view id);

// One for each instance; lives until destroy() has returned.
class HostTable {
 public:
  // `strand` serialises all that runs inside the instance.
  HostTable(std::string plugin, std::mutex& strand);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  [[nodiscard]] const solder_host* get() const { return &table_; }
  [[nodiscard]] Timers& timers() { return timers_; }

 private:
  static const void* service(void* ctx, solder_str id);
  static void log(void* ctx, uint32_t level, solder_str message);

  std::string plugin_;
  Timers timers_;
  solder_host table_;
};

}  // namespace solder::host
