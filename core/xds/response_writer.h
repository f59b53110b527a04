// A response in wire format, written around the resources' own bytes: their large pieces are shared with the snapshot
// and with every other stream. Tested by tests/unit/xds/response_writer_test.cc.
#pragma once

#include <string_view>

#include "core/base/bytes.h"
#include "core/xds/subscription.h"

namespace solder::xds {

// envoy.service.discovery.v3.DiscoveryResponse
base::Bytes write_sotw_response(ResourceType type, const Outgoing& out, std::string_view nonce);
// envoy.service.discovery.v3.DeltaDiscoveryResponse
base::Bytes write_delta_response(ResourceType type, const Outgoing& out, std::string_view nonce);

}  // namespace solder::xds
