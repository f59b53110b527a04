// Gloo's dnsCacheConfig as Envoy's DnsCacheConfig. Tested by plugins/dynamic_forward_proxy/testdata.
#pragma once

#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::dynamic_forward_proxy {

inline constexpr const char* kGeneratedPrefix = "solo_io_generated_dfp:";

// Reports what Envoy would refuse. Its name follows from its content: Envoy lets two users share a cache by name only
// where they say the same of it.
sdk::Json dns_cache(const sdk::Json& value, sdk::Out& out);

}  // namespace solder::plugins::dynamic_forward_proxy
