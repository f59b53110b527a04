// The parts that a gateway part's route configurations are put together from, without copying: whole (Gloo's layout,
// route_configuration.cc) or a domain at a time (scoped_routes.cc).
#pragma once

#include <cstdint>
#include <string>

#include "core/engine/translation.h"

namespace solder::engine {

// RouteConfiguration without its virtual hosts.
std::string route_configuration_head(const HostSettings& settings, const std::string& name);

// The tag and length of a message that follows in pieces of its own.
std::string message_frame(uint32_t tag, size_t size);

// The name of a virtual service's virtual host. Gloo: "<ns>.<name>" with what Envoy's stats would split taken out.
std::string virtual_host_name(const model::ObjectRef& service);

}  // namespace solder::engine
