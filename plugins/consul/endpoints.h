// What of an upstream of the type consul goes to Envoy: the subsets that its tags and data centers make, the endpoints
// by locality, and which subset a route's `consul` destination asks for. Source: Gloo's subsets for Consul.
// Tested by plugins/consul/testdata.
#pragma once

#include "solder/sdk.hpp"
#include "upstream.h"

namespace solder::plugins::consul {

// lb_subset_config of its cluster; empty where nothing makes subsets.
sdk::Message subsets_of(const UpstreamSpec& spec);
// Whether an instance of it has a name in the place of an address: Envoy resolves names, but not those that come by
// EDS.
bool has_names(const UpstreamSpec& spec, const sdk::Json& json);
// Fills the slot load_assignment, of a cluster whose names Envoy resolves or of one that has none.
void give_endpoints(const UpstreamSpec& spec, const sdk::Json& json, sdk::Out& out);
// The metadata match of a destination; empty where it takes all instances.
sdk::Message match_of(const sdk::Json& destination, const UpstreamSpec& spec);

}  // namespace solder::plugins::consul
