// What Gloo's Settings say of Consul: `consul`, `consulDiscovery` and `consulKvSource`. Settings may stand in Consul
// themselves, so where Consul is and what is read there is said by the plugin's configuration, under the same names;
// here it is checked that both say the same. How instances' names are resolved is read from here.
// Tested by plugins/consul/testdata/settings.json and tests/golden/cases/upstream-consul.
#pragma once

#include <string_view>

#include "settings.h"
#include "solder/sdk.hpp"

namespace solder::plugins::consul {

// What of `value`, the Settings' `key`, is not what the plugin's configuration says.
void check_gloo_settings(std::string_view key, const sdk::Json& value, const sdk::Json& config, sdk::Out& out);

// How instances' names are resolved.
struct Names {
  std::string address;  // "127.0.0.1:8600"; empty: as the Envoy's machine does
  std::chrono::milliseconds period{0};
};
// Of the configuration, and what it leaves open of the Settings that count.
Names names_of(const Settings& settings, sdk::Out& out);

}  // namespace solder::plugins::consul
