// The parts of this plugin: each turns the options it knows into fragments. `options` are all options of the Upstream,
// because HTTP/2 settings only count beside useHttp2. Tested by plugins/connection/testdata.
#pragma once

#include <string_view>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::connection {

// useHttp2, protocolSelection, the window sizes, maxConcurrentStreams, overrideStreamErrorOnInvalidHttpMessage.
void http2_option(std::string_view key, const sdk::Json& value, const sdk::Json& options, sdk::Out& out);

// connectionConfig's maxRequestsPerConnection, commonHttpProtocolOptions and http1ProtocolOptions.
void http_options(const sdk::Json& config, const sdk::Json& options, sdk::Out& out);

// dnsRefreshRate; `object` is the Upstream, whose type must be one that resolves names.
void dns_refresh_rate(const sdk::Json& value, const sdk::Ref& object, sdk::Out& out);

}  // namespace solder::plugins::connection
