// What Gloo's Settings say of Consul: `consul`, `consulDiscovery` and `consulKvSource`. Where the plugin's
// configuration makes Consul a source of objects, Settings may stand in Consul themselves: it alone counts then, and
// here it is checked that both say the same. Else Settings count where it says nothing. Tested by
// plugins/consul/testdata, tests/unit/consul/settings_test.cc and tests/e2e/consul_settings_test.py.
#pragma once

#include <string_view>

#include "settings.h"
#include "solder/sdk.hpp"

namespace solder::plugins::consul {

// Whether Settings count where the plugin's own configuration says nothing.
bool follows_settings(const Settings& own);
// The plugin's configuration, with what `spec`, that of Settings, says where it says nothing. What cannot be read, or
// makes a whole that cannot, is left out.
sdk::Json with_gloo_settings(const sdk::Json& spec, const sdk::Json& config);

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
