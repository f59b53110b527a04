// A generation of a plugin that is a library in this process, or a file that such a library runs. Made by loader.cc and
// negotiation.cc, called through trampoline.cc. Everything but the mutex and what it guards is read-only after loading.
// Tested by tests/plugin.
#pragma once

#include <boost/dll/shared_library.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "core/host/host_table.h"
#include "core/host/plugin.h"
#include "core/host/sample_book.h"
#include "solder/kinds/config_watcher.h"
#include "solder/kinds/discovery.h"
#include "solder/kinds/endpoint_discovery.h"
#include "solder/kinds/options.h"
#include "solder/kinds/plugin_files.h"
#include "solder/kinds/state.h"
#include "solder/kinds/upstream_type.h"
#include "solder/plugin.h"

namespace solder::host {

class LibraryPlugin final : public Plugin {
 public:
  using Plugin::Plugin;
  // The instance goes while the library is still mapped: members below leave in reverse order.
  ~LibraryPlugin() override;

  [[nodiscard]] bool has(Operation operation) const override;
  std::vector<ItemOutput> call(Operation operation, solder_span in, std::span<const Subject> subjects,
                               const Lookup& lookup, std::chrono::nanoseconds deadline) override;
  base::Result<std::optional<std::string>> save() override;
  base::Status restore(const std::string& version, const std::string& state) override;
  void serve(bool serving) override;
  [[nodiscard]] bool discovers() const override { return function_discovery.follow != nullptr; }
  [[nodiscard]] bool discovers_endpoints() const override { return finds_endpoints; }
  base::Result<std::unique_ptr<Discoverer>> make_discoverer(DiscoveryListener& listener) override;
  [[nodiscard]] bool watches() const override { return config_watcher.watch != nullptr; }
  base::Result<std::unique_ptr<Watcher>> make_watcher(ObjectListener& listener) override;
  [[nodiscard]] std::vector<std::string> samples() const override { return book.all(); }
  [[nodiscard]] bool unmaps() const override { return can_unmap; }

  std::unique_ptr<boost::dll::shared_library> library;  // null where another plugin runs it
  std::shared_ptr<Plugin> runner;                       // that one
  std::string copy;                                     // its private copy
  bool apart = false;                                   // in a process of its own
  [[nodiscard]] PluginIdentity identity() const { return {manifest.name, copy, file(), apart, services_of(manifest)}; }
  std::unique_ptr<HostTable> host;
  std::string config_json;  // these two for instances beside `self`
  ServicesPtr services;
  // Own copies, as long as the plugin's or ours, whichever is shorter; what the plugin did not know is zero.
  solder_plugin table{};
  solder_cap_upstream_type upstream_type{};
  solder_cap_options options{};
  solder_cap_discovery discovery{};
  solder_cap_function_discovery function_discovery{};  // of either of the two discoveries
  bool finds_endpoints = false;
  solder_cap_config_watcher config_watcher{};
  solder_cap_state state_table{};
  solder_cap_plugin_files plugin_files{};
  bool created = false;
  bool can_unmap = false;
  void* self = nullptr;

  std::mutex mutex;  // calls are serialised for each plugin
  SampleBook book;
};

}  // namespace solder::host
