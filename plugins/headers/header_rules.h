// What Envoy accepts as a header that configuration adds or removes. It refuses a whole route configuration for one bad
// header, so each is looked at here. Source: Envoy, "Custom request/response headers" and its substitution formatter.
// Tested by plugins/headers/testdata.
#pragma once

#include <string>

#include "solder/sdk.hpp"

namespace solder::plugins::headers {

// False, with an error at `field`, where the header may not be touched or the name is none.
bool check_name(const std::string& name, const std::string& field, sdk::Out& out);
// The same for a value, whose % begins a command.
bool check_value(const std::string& value, const std::string& field, sdk::Out& out);

}  // namespace solder::plugins::headers
