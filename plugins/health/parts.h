// The parts of this plugin, one for each option. Tested by plugins/health/testdata.
#pragma once

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::health {

// healthChecks; `options` are all options of the Upstream, which is `object`.
void health_checks(const sdk::Json& checks, const sdk::Json& options, const sdk::Ref& object, sdk::Out& out);

// outlierDetection.
void outlier_detection(const sdk::Json& value, sdk::Out& out);

}  // namespace solder::plugins::health
