// Modules for Envoy that lie beside the plugins: lib/solder/envoy beside lib/solder/plugins. A served configuration
// names them, and Envoy finds them in ENVOY_DYNAMIC_MODULES_SEARCH_PATH; a static one is for this machine and says
// where they are. Tested by tests/unit/cli/static_bootstrap_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace solder::cli {

// The directories that are there.
std::vector<std::string> envoy_module_directories(const std::vector<std::string>& plugin_directories);

// In place of each module's name the file that has it.
void name_module_files(nlohmann::ordered_json& config, const std::vector<std::string>& directories);

}  // namespace solder::cli
