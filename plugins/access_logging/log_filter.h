// Which requests are logged: Gloo's AccessLogFilter as Envoy's, which has the same form but for header matchers.
#pragma once

#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::access_logging {

// envoy.config.accesslog.v3.AccessLogFilter as JSON; what is wrong is reported at `field` and below.
sdk::Json log_filter(const sdk::Json& filter, const std::string& field, sdk::Out& out);

}  // namespace solder::plugins::access_logging
