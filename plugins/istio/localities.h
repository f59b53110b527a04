// Where endpoints are, and which of them a gateway asks for that: Istio's "region/zone/subzone", localityLbSetting, and
// the failing over by locality that outlier detection brings with it. Istio goes by each proxy's own place; here it is
// one for all proxies, told by the operator. Source: Istio's reference of LocalityLoadBalancerSetting.
// Tested by plugins/istio/testdata/localities.json and tests/e2e/istio_workloads_test.py.
#pragma once

#include <string>

#include "fields.h"
#include "settings.h"

namespace solder::plugins::istio {

// {"region", "zone", "subZone"} of "region/zone/subzone", as a static host's `locality`; what is empty or "*" is left
// out.
Json locality_of(const std::string& text);

// Adds `localities` to a loadBalancerConfig. `ejects`: the policy has outlier detection, without which nothing fails
// over.
void balance_localities(Fields setting, bool ejects, const Options& options, Json& config);

}  // namespace solder::plugins::istio
