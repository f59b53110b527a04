// Rate limit actions of Gloo's as Envoy's. Source: Gloo's ratelimit API; Envoy route_components.proto (RateLimit).
// Tested by plugins/rate_limit/testdata.
#pragma once

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::rate_limit {

// Envoy's `stage` numbers tell which of the rate limit filters asks about a descriptor.
inline constexpr int kRegularStage = 1, kPolicyStage = 2, kEarlyStage = 3, kEarlyPolicyStage = 4;

// RateLimit messages for `list`, a list of Gloo's RateLimitActions that stands at `field`; `first` is an entry that
// every descriptor begins with, or null.
sdk::Json rate_limits(const sdk::Json& list, int stage, const sdk::Json& first, const std::string& field,
                      sdk::Out& out);

}  // namespace solder::plugins::rate_limit
