// TCP and TLS routes: connections to an upstream by port and by the server name that a client asks for, as
// MatchableTcpGateways. Source: Istio's reference of TLSRoute and TCPRoute.
// Tested by plugins/istio/testdata/stream_routes.json and tests/e2e/istio_test.py.
#pragma once

#include <string>
#include <vector>

#include "destinations.h"
#include "gateway.h"

namespace solder::plugins::istio {

// `hosts`: those of the virtual service. `name`: of the virtual service, for what is made of it.
void stream_routes(Fields& spec, const std::string& name, const std::vector<std::string>& hosts,
                   const std::vector<Server>& servers, World& world, const RoutePlace& place, Derived& derived);

}  // namespace solder::plugins::istio
