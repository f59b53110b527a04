// Where the functions of an upstream are called: AWS Lambda of the region, or the address that `endpoint` names.
// Tested by plugins/aws_lambda/testdata.
#pragma once

#include <optional>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::aws_lambda {

// Nothing where region or endpoint cannot be used; why is reported, unless `out` is null.
std::optional<sdk::WebEndpoint> endpoint_of(const sdk::Json& upstream, sdk::Out* out);

}  // namespace solder::plugins::aws_lambda
