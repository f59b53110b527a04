// The plugins of a set for people and for programs: what `solder plugin list` prints. Tested by
// tests/plugin/listing_test.cc.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/host/plugin_set.h"

namespace solder::host {

// One line a plugin, loaded ones first, then refused files with their reason; then what a line is too short for.
std::string to_table(const PluginSet& plugins);
// The same of what to_json() gave.
std::string to_table(const nlohmann::json& listing);

// {"plugins":[{"name","version","state":"loaded"|"refused","capabilities","claims","partial","warnings","isolation","reason","message","file"}]}
std::string to_json(const PluginSet& plugins);

}  // namespace solder::host
