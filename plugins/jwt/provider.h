// One provider of tokens, as Envoy's JwtProvider. Source: Gloo's jwt API (Provider); Envoy jwt_authn config.proto.
// Tested by plugins/jwt/testdata and tests/e2e/jwt_test.py.
#pragma once

#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::jwt {

sdk::Json provider(const sdk::Json& value, const std::string& name, const std::string& field, sdk::Out& out);

}  // namespace solder::plugins::jwt
