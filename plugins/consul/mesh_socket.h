// The transport socket to sidecar proxies of Consul's mesh. Whoever is on the other side must be the service: its
// identity is a URI that ends in the service's name, signed by one of the mesh's authorities. Tested by
// plugins/consul/testdata and tests/e2e/consul_connect_test.py.
#pragma once

#include "solder/sdk.hpp"
#include "upstream.h"

namespace solder::plugins::consul {

void give_mesh_socket(const UpstreamSpec& spec, const std::string& secret_ns, sdk::Out& out);

}  // namespace solder::plugins::consul
