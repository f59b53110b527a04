// The core's own schemas (core/config/schemas/*.json), compiled into the library.
#pragma once

#include <string_view>

namespace solder::config {

// The text for a kind ("virtual_service", "gateway", ...), or for "defs": what several kinds refer to as #/$defs/....
// Empty for another name.
std::string_view core_schema(std::string_view name);

}  // namespace solder::config
