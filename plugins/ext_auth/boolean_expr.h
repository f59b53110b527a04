// booleanExpr of an AuthConfig: which of its configs have to agree. Envoy asks one filter after the other and wants all
// of them to agree, so names joined by && are served; || and ! are refused with the way round. Source: Gloo's extauth
// API (AuthConfig.boolean_expr). Tested by plugins/ext_auth/testdata and tests/e2e/auth_config_test.py.
#pragma once

#include "filters.h"

namespace solder::plugins::ext_auth {

// The configs of `spec` at their places; those that its booleanExpr does not name are empty. Without one: all.
sdk::Json asked_configs(const sdk::Json& spec);
// What is wrong with the expression, at `field` + "/booleanExpr".
void check_expression(const sdk::Json& spec, const std::string& field, sdk::Out& out);

}  // namespace solder::plugins::ext_auth
