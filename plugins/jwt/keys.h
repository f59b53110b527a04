// Keys as users give them, a PEM text, a JSON Web Key or a set of those, as the set that Envoy reads. Source: RFC 7517,
// RFC 7518 (section 6), RFC 8037. Tested by plugins/jwt/testdata and tests/e2e/jwt_test.py.
#pragma once

#include <string>

#include "solder/sdk/json.hpp"

namespace solder::plugins::jwt {

struct KeySet {
  sdk::Json keys;       // {"keys": [...]}; null where there is a problem
  std::string problem;  // for people
};

KeySet read_keys(const std::string& text);

}  // namespace solder::plugins::jwt
