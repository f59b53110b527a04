// The connection manager's settings by what they are about, each as a part of Envoy's HttpConnectionManager in JSON.
#pragma once

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::http_connection_manager {

// commonHttpProtocolOptions, httpProtocolOptions, http2ProtocolOptions.
void add_protocol_options(const sdk::Json& settings, sdk::Json& manager);
// HttpConnectionManager.Tracing, or null where nothing can be traced: what is missing was reported. `service` is the
// name that spans carry where the settings give none.
sdk::Json listener_tracing(const sdk::Json& tracing, const std::string& service, sdk::Out& out);
// Route bytes as JSON: tracing and decorator.
sdk::Json route_tracing(const sdk::Json& tracing);

}  // namespace solder::plugins::http_connection_manager
