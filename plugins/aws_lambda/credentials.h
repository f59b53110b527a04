// Who signs for an upstream: the filter aws_request_signing on its cluster, with keys that the host writes in from a
// Secret, or with a provider of Envoy's. Its configuration is an extension configuration of its own, so that keys
// rotate without touching the cluster. Source of the order of precedence: Gloo's Lambda filter. Tested by
// plugins/aws_lambda/testdata and tests/e2e/lambda_test.py.
#pragma once

#include <string_view>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::aws_lambda {

// Emits the filter between what makes a request and what guards it, or reports why there are no credentials.
void sign_requests(const sdk::Json& upstream, std::string_view cluster_name, sdk::Out& out);

}  // namespace solder::plugins::aws_lambda
