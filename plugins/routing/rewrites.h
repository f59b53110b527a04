// Rewrites of path and host. Envoy has one path rewrite and one host rewrite a route and refuses the whole route
// configuration for a second, so that is found here. Source: Gloo's basic route options; Envoy RouteAction. Tested by
// plugins/routing/testdata.
#pragma once

#include <string_view>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::routing {

// True for the keys that rewrite_of() knows.
bool is_rewrite(std::string_view key);

// RouteAction's part for one key; `options` are all options of the route. Empty: nothing is to be set.
sdk::Message rewrite_of(std::string_view key, const sdk::Json& value, const sdk::Json& options, sdk::Out& out);

}  // namespace solder::plugins::routing
