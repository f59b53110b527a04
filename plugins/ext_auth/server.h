// An auth server as Gloo's Settings describe it. Source: Gloo's extauth API (Settings) and plugin, whose defaults these
// are; Envoy ExtAuthz. Tested by plugins/ext_auth/testdata and tests/e2e/ext_auth_test.py.
#pragma once

#include "filters.h"

namespace solder::plugins::ext_auth {

// The filter `name` that asks the server of `value`, which stands at `field`.
void add_server(const sdk::Json& value, const std::string& name, Weight weight, const std::string& field,
                sdk::Out& out);

}  // namespace solder::plugins::ext_auth
