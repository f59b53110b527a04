#include "cli/startup_log.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <system_error>

namespace solder::cli {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

void log_plugins(const host::PluginSet& plugins) {
  for (const auto& plugin : plugins.loaded()) {
    spdlog::info("plugin {} {} {} from {}: {}", plugin.name, plugin.version, plugin.state, plugin.file,
                 joined(plugin.capabilities));
    for (const auto& part : plugin.partial) spdlog::warn("plugin {}: {} [{}]", plugin.name, part.message, part.reason);
  }
  for (const auto& refused : plugins.refused())
    spdlog::warn("plugin file {} is refused: {} [{}]", refused.file, refused.message, refused.reason);
  for (const auto& problem : plugins.problems()) spdlog::warn("plugins: {}", problem);
  if (plugins.loaded().empty())
    spdlog::warn("no plugin is loaded: most manifests need some; --plugin-dir names where they are");
}

void warn_of_missing(const std::vector<std::string>& directories) {
  for (const auto& directory : directories) {
    std::error_code error;
    if (!std::filesystem::exists(directory, error)) {
      spdlog::warn("config directory {} is not there; it is read when it comes, until then it counts as empty",
                   directory);
    }
  }
}

}  // namespace solder::cli
