// Gloo's Parameters of functions: templates that say where in a request's path and headers parameters stand
// ("/users/{id}"), as extractors of the module. Source: Gloo's Parameters. Tested by
// plugins/transformation/testdata/{rest,grpc}.json.
#pragma once

#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::transformation {

// Extractors by the parameters' names. Problems stand below `field`.
sdk::Json extractors_of(const sdk::Json& parameters, const std::string& field, sdk::Out& out);

// One that gives all of a header.
sdk::Json whole_header(const std::string& header);

}  // namespace solder::plugins::transformation
