#include "core/host/isolation/options.h"

#include <algorithm>

#include "solder/services/files.h"

namespace solder::host::isolation {

bool is_isolated(const Manifest& manifest, const IsolationOptions& options) {
  if (options.inside || options.program.path.empty() || !manifest.files.empty()) return false;
  if (manifest.program) return true;
  const auto chosen = options.plugins.find(manifest.name);
  const Mode mode = chosen == options.plugins.end() ? options.others : chosen->second;
  return mode == Mode::kAsManifestSays ? !manifest.in_process : mode == Mode::kProcess;
}

// A program has its own way to its files.
std::string missing_apart(const Manifest& manifest) {
  const auto& needs = manifest.needs;
  if (!manifest.program || std::find(needs.begin(), needs.end(), SOLDER_SVC_FILES) == needs.end()) return "";
  return std::string("the host service ") + SOLDER_SVC_FILES;
}

}  // namespace solder::host::isolation
