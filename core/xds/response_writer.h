// A response in wire format, written around the resources' own bytes: their large pieces are shared with the snapshot
// and with every other stream. Tested by tests/unit/xds/response_writer_test.cc.
#pragma once

#include <string_view>

#include "core/base/bytes.h"
#include "core/xds/response_cache.h"
#include "core/xds/subscription.h"

namespace solder::xds {

// envoy.service.discovery.v3.DiscoveryResponse, or DeltaDiscoveryResponse. `cache` may be null.
base::Bytes write_response(bool delta, ResourceType type, const Outgoing& out, std::string_view nonce,
                           ResponseCache* cache);

}  // namespace solder::xds
