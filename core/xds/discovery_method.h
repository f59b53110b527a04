// The gRPC methods that are served: ADS and the per-type services, each as a state-of-the-world and a delta stream.
// Tested by tests/unit/xds/parts_test.cc.
#pragma once

#include <optional>
#include <string_view>

#include "core/xds/stream.h"

namespace solder::xds {

// By "/package.Service/Method"; nothing where it is not served.
std::optional<StreamKind> discovery_method(std::string_view path);

}  // namespace solder::xds
