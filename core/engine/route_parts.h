// What plugins give for one route: one call for each owner of options, one for each upstream type among the
// destinations. Tested by tests/unit/engine/plugin_calls_test.cc.
#pragma once

#include <vector>

#include "core/engine/route_action.h"
#include "core/engine/translation.h"
#include "core/host/plugin_set.h"
#include "core/model/virtual_service.h"

namespace solder::engine {

// Everything that plugins gave for one route.
struct RouteParts {
  std::vector<host::ItemOutput> options;
  std::vector<DestinationParts> destinations;
};

// `route` is one of `service`; its paths are what plugins are told.
RouteParts call_route_plugins(Translation& t, Reader& reader, const model::ObjectRef& service,
                              const model::Route& route);

// The action of a route that forwards, or null.
const model::RouteAction* forwarding(const model::Route& route);

}  // namespace solder::engine
