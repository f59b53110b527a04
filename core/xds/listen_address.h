// Says why an address cannot be listened on, before gRPC is asked to: gRPC only says that it could not.
// Tested by tests/unit/xds/parts_test.cc.
#pragma once

#include <string>

#include "core/base/status.h"

namespace solder::xds {

// Ok where a socket could be bound to `address` ("127.0.0.1:9977", "[::]:9977", "localhost:9977") just now.
base::Status probe_listen_address(const std::string& address);

}  // namespace solder::xds
