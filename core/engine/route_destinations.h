// What plugins give for the destinations of one route: one call for each upstream type and each service among them, one
// for each owner of a weighted destination's options. Tested by tests/unit/engine/plugin_calls_test.cc.
#pragma once

#include <vector>

#include "core/engine/route_action.h"
#include "core/engine/translation.h"
#include "core/model/virtual_service.h"

namespace solder::engine {

// One entry for each destination of `action`, whose paths are what plugins are told.
std::vector<DestinationParts> call_destinations(Translation& t, Reader& reader, const model::ObjectRef& owner,
                                                const model::RouteAction& action);

}  // namespace solder::engine
