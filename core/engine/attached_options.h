// ListenerOption and HttpListenerOption: options that name the gateways they are for, in place of gateways that name
// their options. What the gateway says itself wins, then the oldest object, then the first by name, as in Gloo. Source:
// Gloo's targetRefs of both kinds, which there mean gateways of the Gateway API. Tested by
// tests/golden/cases/options-attached.
#pragma once

#include <memory>
#include <vector>

#include "core/engine/translation.h"
#include "core/model/gateway.h"

namespace solder::engine {

// Puts what is attached to the gateway into its options and those of its HTTP parts. Returns a hash of what was read.
uint64_t attach_options(Translation& t, Reader& reader, model::Gateway& gateway,
                        std::vector<model::GatewayPart>& parts);

}  // namespace solder::engine
