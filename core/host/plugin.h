// One loaded plugin: its library, the tables it gave, and its instance. Made by negotiation.cc, called through
// trampoline.cc, owned by the PluginSet. Everything but the mutexes and what they
// guard is read-only after loading.
#pragma once

#include <boost/dll/shared_library.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/host/host_table.h"
#include "core/host/manifest.h"
#include "core/host/plugin_set.h"
#include "solder/draft/kinds/discovery.h"
#include "solder/draft/kinds/options.h"
#include "solder/draft/kinds/upstream_type.h"
#include "solder/draft/plugin.h"

namespace solder::host {

class Plugin {
 public:
  Plugin(Manifest its_manifest, std::string its_file) : manifest(std::move(its_manifest)), file(std::move(its_file)) {}
  // The instance goes while the library is still mapped: members below leave in reverse order.
  ~Plugin();
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  Manifest manifest;
  std::string file;  // what the operator dropped, not the private copy
  std::unique_ptr<boost::dll::shared_library> library;
  std::unique_ptr<HostTable> host;
  // Own copies, as long as the plugin's or ours, whichever is shorter; what the plugin did not know is zero.
  solder_plugin table{};
  solder_cap_upstream_type upstream_type{};
  solder_cap_options options{};
  solder_cap_discovery discovery{};
  bool created = false;
  void* self = nullptr;
  std::vector<Refused> partial;

  std::mutex mutex;  // calls are serialised for each plugin
  bool slow = false;
  std::mutex warnings_mutex;  // its own: who asks for warnings must not wait for a call
  std::vector<std::string> warnings;
};

}  // namespace solder::host
