// `pluginIsolation` of the configuration: which plugins have a process of their own, and how far they may go there.
// Tested by tests/unit/cli/serve_options_test.cc.
#pragma once

#include <string>

#include "cli/serve_options.h"
#include "cli/yaml_tree.h"

namespace solder::cli {

// Lays it over the options. What would be right, or nothing.
std::string read_isolation(const YamlNode& node, ServeOptions& options);

}  // namespace solder::cli
