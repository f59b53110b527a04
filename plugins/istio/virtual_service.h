// Istio's VirtualServices. Its routes become RouteTables beside it; each host that one of its gateways has becomes a
// VirtualService in the proxies' namespace, once without TLS and once with it, which delegates to all tables of the
// host: so that several virtual services may share one. Rules for the sidecars of a mesh (the gateway "mesh") become a
// table that is served once a virtual service delegates to it. TCP and TLS routes become MatchableTcpGateways.
// Source: Istio's reference of VirtualService. Tested by plugins/istio/testdata/virtual_service.json and
// tests/e2e/istio_test.py.
#pragma once

#include "destination_rule.h"

namespace solder::plugins::istio {

void derive_virtual_service(const sdk::SourceInput& in, const Options& options, sdk::Out& out);

}  // namespace solder::plugins::istio
