// What an instance of a plugin sees of the host: who it is, the services it may ask for, and the log.
// Tested by tests/plugin/calls_test.cc.
#pragma once

#include <string>
#include <string_view>

#include "solder/draft/plugin.h"

namespace solder::host {

// The table of a host service, or null where this host has it not. None exists so far: all plugins are pure
// translators.
const void* find_service(std::string_view id);

// One for each instance; lives until destroy() has returned.
class HostTable {
 public:
  // `copy` and `original`: the plugin's file as it was opened and as the operator put it.
  HostTable(std::string plugin, std::string copy, std::string original);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  [[nodiscard]] const solder_host* get() const { return &table_; }

 private:
  std::string plugin_, copy_, original_;
  solder_host table_;
};

}  // namespace solder::host
