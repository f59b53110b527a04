// Automatic mTLS: an Upstream's endpoints that are pods of a mesh are spoken to in the mesh's TLS, all others in plain.
// Which is which stands in their metadata, which the owner of the upstream's type writes (kube). The proxy's identity
// comes by SDS from the agent beside it. Source: Gloo's istio_automtls plugin.
// Tested by plugins/istio/testdata/auto_mtls.json and tests/e2e/istio_mtls_test.py.
#pragma once

#include "solder/sdk.hpp"

namespace solder::plugins::istio {

// Upstream.spec.istioOptions: what Settings.gloo.istioOptions say, unless the Upstream says it itself.
void auto_mtls(const sdk::OptionInput& in, sdk::Out& out);

}  // namespace solder::plugins::istio
