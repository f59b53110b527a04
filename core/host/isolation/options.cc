#include "core/host/isolation/options.h"

#include "solder/kinds/config_watcher.h"
#include "solder/kinds/endpoint_discovery.h"

namespace solder::host::isolation {

bool is_isolated(const Manifest& manifest, const IsolationOptions& options) {
  if (options.inside || options.program.path.empty() || !manifest.files.empty()) return false;
  if (manifest.program) return true;
  const auto chosen = options.plugins.find(manifest.name);
  const Mode mode = chosen == options.plugins.end() ? options.others : chosen->second;
  return mode == Mode::kAsManifestSays ? !manifest.in_process : mode == Mode::kProcess;
}

// A program speaks of calls alone: what instances of libraries ask for by tables, it has no words for.
std::string missing_apart(const Manifest& manifest) {
  if (!manifest.program) return "";
  if (!manifest.needs.empty()) return "the host service " + manifest.needs.front();
  for (const ManifestCapability& each : manifest.provides) {
    if (each.id == SOLDER_CAP_FUNCTION_DISCOVERY || each.id == SOLDER_CAP_ENDPOINT_DISCOVERY ||
        each.id == SOLDER_CAP_CONFIG_WATCHER)
      return "an instance for " + each.id;
  }
  return "";
}

}  // namespace solder::host::isolation
