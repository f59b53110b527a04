// The parts of a gateway: its own, or those of the MatchableHttpGateways and MatchableTcpGateways that a hybrid one
// delegates to, with what it hands down to them. Source: Gloo gateway.proto (HybridGateway). Tested by
// tests/golden/cases/gateway-hybrid-*.
#pragma once

#include <vector>

#include "core/engine/translation.h"
#include "core/model/gateway.h"

namespace solder::engine {

struct GatewayParts {
  std::vector<model::GatewayPart> parts;
  uint64_t hash = 0;  // of what was read besides the gateway
};

// Takes the parts out of `gateway`. A part that cannot be told from another one is left out with a diagnostic.
GatewayParts take_parts(Translation& t, Reader& reader, model::Gateway& gateway, model::Diagnostics& diagnostics);

}  // namespace solder::engine
