// passThroughAuth: a server of the user's that one config of an AuthConfig asks, as an upstream and as a part of
// ExtAuthzPerRoute. Source: Gloo's extauth API (PassThroughAuth); Envoy CheckSettings. Tested by
// plugins/ext_auth/testdata and tests/e2e/auth_config_test.py.
#pragma once

#include "filters.h"

namespace solder::plugins::ext_auth {

inline constexpr const char* kConfigMetadata = "solo.auth.passthrough.config";

// What of a request's metadata the server is told.
sdk::Json forwarded_metadata();
// What is wrong with it, at `field`.
void check_pass_through(const sdk::Json& pass, const std::string& field, sdk::Out& out);
// The Upstream that follows from the config at `index`, and its cluster's name.
sdk::Json server_upstream(const sdk::Json& pass, const std::string& ns, const std::string& name, size_t index);
std::string server_cluster(const std::string& ns, const std::string& name, size_t index);
// CheckSettings.
sdk::Json pass_through_service(const sdk::Json& pass, const std::string& cluster);

}  // namespace solder::plugins::ext_auth
