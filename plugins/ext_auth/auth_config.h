// AuthConfig objects: a chain of configs which all have to let a request pass. Served are servers of the user's
// (passThroughAuth) and passwords (basicAuth); the manifest's schema refuses the rest with the reason. Source: Gloo's
// extauth API (AuthConfig). Tested by plugins/ext_auth/testdata and tests/e2e/auth_config_test.py.
#pragma once

#include "filters.h"

namespace solder::plugins::ext_auth {

// What the AuthConfig that `ref` names asks of requests; the filters that do it.
std::vector<std::string> use_auth_config(const sdk::OptionInput& in, const sdk::Json& ref, sdk::Out& out);
// The upstreams of its servers, and what is wrong with it.
void derive_upstreams(const sdk::SourceInput& in, sdk::Out& out);

}  // namespace solder::plugins::ext_auth
