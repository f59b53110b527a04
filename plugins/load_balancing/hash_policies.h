// lbHash of routes: what a hashing load balancer chooses the host by. Source: Gloo's options/lbhash; Envoy
// RouteAction.HashPolicy. Tested by plugins/load_balancing/testdata/lb_hash.json.
#pragma once

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::load_balancing {

void hash_policies(const sdk::Json& value, sdk::Out& out);

}  // namespace solder::plugins::load_balancing
