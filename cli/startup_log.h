// What the log says when a server starts: its plugins, those that were refused, directories that are not there yet.
#pragma once

#include <string>
#include <vector>

#include "core/host/plugin_set.h"

namespace solder::cli {

// With commas.
std::string joined(const std::vector<std::string>& words);
void log_plugins(const host::PluginSet& plugins);
void warn_of_missing(const std::vector<std::string>& directories);

}  // namespace solder::cli
