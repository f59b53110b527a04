// Istio's delegation: the routes of another VirtualService in the place of a route that names it. Both conditions have
// to hold; where they contradict each other there is nothing left. Source: Istio's reference of Delegate.
// Tested by plugins/istio/testdata/delegates.json.
#pragma once

#include <vector>

#include "fields.h"

namespace solder::plugins::istio {

// The HTTPRoutes of the delegate's spec, as they count below `root`.
std::vector<Json> delegated_routes(const Json& root, const Json& delegate_spec);

}  // namespace solder::plugins::istio
