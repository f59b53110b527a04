// The core's own schemas (core/config/schemas/*.json), compiled into the library.
#pragma once

#include <string_view>

namespace solder::config {

// The text for "virtual_service", "gateway", "upstream", "settings" or "secret"; empty for another name.
std::string_view core_schema(std::string_view name);

}  // namespace solder::config
