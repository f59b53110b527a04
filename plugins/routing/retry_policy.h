// Gloo's retries as Envoy's RetryPolicy, for routes and virtual hosts alike. Source: Gloo's options/retries; Envoy
// route_components.proto. Tested by plugins/routing/testdata.
#pragma once

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::routing {

// What is wrong is reported; the result then does not matter.
sdk::Message retry_policy(const sdk::Json& value, sdk::Out& out);

// Reports a duration that is below zero, which Envoy cannot read. False where it did.
bool check_duration(const std::string& text, const std::string& field, sdk::Out& out);

}  // namespace solder::plugins::routing
