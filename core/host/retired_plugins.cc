#include "core/host/retired_plugins.h"

#include <link.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "core/host/private_copy.h"

namespace solder::host {

bool is_mapped(const std::string& path) {
  std::pair<const std::string*, bool> search{&path, false};
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* data) {
        auto& [wanted, found] = *static_cast<std::pair<const std::string*, bool>*>(data);
        found = found || *wanted == info->dlpi_name;
        return found ? 1 : 0;
      },
      &search);
  return search.second;
}

bool RetiredPlugins::end_idle() {
  std::vector<PluginPtr> left;
  for (PluginPtr& plugin : waiting_) {
    if (plugin.use_count() > 1) {
      left.push_back(std::move(plugin));
      continue;
    }
    const std::string name = plugin->manifest.name, sha256 = plugin->sha256;
    const bool leaves = plugin->unmaps();
    plugin.reset();
    if (!leaves) {
      resident_.insert(sha256);
    } else if (is_mapped(copy_path(copy_directory_, name, sha256))) {
      // Another generation of the same content may still run; else something in it holds on to the process.
      spdlog::debug("plugin {}: the library of {} stays mapped", name, sha256);
    }
  }
  waiting_ = std::move(left);
  return !waiting_.empty();
}

}  // namespace solder::host
