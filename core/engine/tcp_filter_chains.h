// The filter chains of a gateway's TCP part: one for each host. A host that cannot be served costs its chain alone.
// Source: Gloo's TCP plugin; Envoy tcp_proxy.proto, sni_cluster.proto. Tested by tests/golden/cases/gateway-tcp*.
#pragma once

#include "core/engine/filter_chain.h"
#include "core/engine/http_filter_chains.h"

namespace solder::engine {

void add_tcp_chains(const PartContext& context, ChainList& list);

}  // namespace solder::engine
