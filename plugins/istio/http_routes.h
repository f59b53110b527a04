// The `http` of an Istio VirtualService as routes of ours, with what it delegates to other VirtualServices in its
// place. A route that forwards and has no destination left answers 503, as Istio's does; left out it would let its
// requests fall through to what follows. Source: Istio's reference of HTTPRoute and Delegate. Tested by
// plugins/istio/testdata/virtual_service.json.
#pragma once

#include <vector>

#include "destinations.h"

namespace solder::plugins::istio {

struct HttpRoutes {
  Json first = Json::array();  // those that ask for something
  Json last = Json::array();   // one that takes all requests: where virtual services share a host, it comes after all
};

// `spec`: of the virtual service.
HttpRoutes http_routes(Fields& spec, World& world, const RoutePlace& place, Derived& derived);

}  // namespace solder::plugins::istio
