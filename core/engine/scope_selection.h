// What a connection manager needs to find the scope of a request. Its host is copied into a header before anything else
// is done with the request, and scopes are looked up by that. Where none is there, two short Lua filters look further,
// as Envoy itself does within one route configuration: without regard to case, then among wildcard and default domains.
// Both are off for a request whose scope was there at once. Measured with Envoy 1.40: docs/layouts.md.
#pragma once

#include <string>

#include "core/engine/translation.h"

namespace solder::engine {

// The connection manager (wire bytes) that loads its virtual hosts of `route_configuration` on demand
// (virtual_hosts.h).
std::string with_virtual_hosts(const Translation& t, const std::string& connection_manager,
                               const std::string& route_configuration);
// The connection manager (wire bytes) that takes the same routes as scopes instead of as `route_configuration`.
std::string with_scopes(const Translation& t, const std::string& connection_manager,
                        const std::string& route_configuration);

}  // namespace solder::engine
