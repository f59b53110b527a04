// Limits that Envoy keeps itself, without a service. Source: Gloo's options/local_ratelimit; Envoy LocalRateLimit.
// Tested by plugins/rate_limit/testdata and tests/e2e/traffic_test.py.
#pragma once

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::rate_limit {

// A route's or virtual host's own bucket, at `field`.
void local_limit(const sdk::Json& bucket, const std::string& field, sdk::Out& out);
// httpLocalRatelimit of a gateway.
void local_defaults(const sdk::Json& value, sdk::Out& out);

}  // namespace solder::plugins::rate_limit
