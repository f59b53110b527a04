// Services of the type ExternalName: no pods, but a name that Envoy resolves. Gloo gives them no endpoints. Source:
// Kubernetes' ServiceSpec.externalName. Tested by plugins/kubernetes/testdata/external_name.json and
// tests/e2e/kubernetes_endpoints_test.py.
#pragma once

#include "service.h"

namespace solder::plugins::kubernetes {

// Fills the slots cluster and load_assignment: a cluster by DNS. Whoever may write a Service must not reach what
// listens on the proxy's own machine, so its names are refused. `allowed`: by the operator.
void give_external_name(const UpstreamSpec& spec, const Service& service, bool allowed, sdk::Out& out);

}  // namespace solder::plugins::kubernetes
