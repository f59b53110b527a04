// extauth of virtual hosts, routes and weighted destinations. Source: Gloo's extauth API (ExtAuthExtension); Envoy
// ExtAuthzPerRoute. Tested by plugins/ext_auth/testdata and tests/e2e/ext_auth_test.py.
#pragma once

#include "filters.h"

namespace solder::plugins::ext_auth {

void add_option(const sdk::OptionInput& in, const sdk::Json& value, sdk::Out& out);

}  // namespace solder::plugins::ext_auth
