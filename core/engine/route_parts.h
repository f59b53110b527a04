// What plugins give for the routes of one virtual service: one call for each owner of options, one for each upstream
// type among the destinations. Tested by tests/unit/engine/plugin_calls_test.cc.
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

// One entry for each route of `service`, in order.
std::vector<RouteParts> call_route_plugins(Translation& t, Reader& reader, const model::VirtualService& service);

// The action of a route that forwards, or null.
const model::RouteAction* forwarding(const model::Route& route);

}  // namespace solder::engine
