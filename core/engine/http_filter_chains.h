// The filter chains of a gateway's HTTP part. One without TLS; with TLS one for each distinct sslConfig, its SNI
// domains together. All share the connection manager and the route configuration. Source: Gloo's filter chain
// translation. Tested by tests/golden/cases/gateway-*.
#pragma once

#include "core/engine/filter_chain.h"
#include "core/engine/slots.h"
#include "core/engine/translation.h"

namespace solder::engine {

// What belongs to one part of the listener while that is built.
struct PartContext {
  Translation& t;
  Reader& reader;
  const GatewayPlan& plan;
  const PlannedPart& part;
  GatewayPartKey key;  // of the part
  Slots& slots;        // of the gateway's and the part's options
  ListenerResult& result;
  model::Diagnostics& faults;  // what costs a chain, and not the gateway
  ProvenanceList* provenance;
};

void add_http_chains(const PartContext& context, ChainList& list);

// FilterChain.filters fields that plugins put before the last one.
std::string network_filters(const PartContext& context);

}  // namespace solder::engine
