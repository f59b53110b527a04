// Functions of REST services: a destination's `rest` with the upstream's `serviceSpec.rest` as a transformation for the
// module. Parameters are taken out of headers and the path by templates ("/users/{id}"); what they are put into is
// encoded by the engine. Source: Gloo's rest plugin and its Parameters. Tested by
// plugins/transformation/testdata/rest.json and tests/e2e/openapi_test.py.
#pragma once

#include <optional>
#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::transformation {

// One stage's configuration for the module. Nothing where the destination is wrong, which is reported. Where the
// upstream has no such function the module is to refuse requests, and a warning says so.
// `upstream` is in.upstream_json, read.
std::optional<sdk::Json> rest_stage(const sdk::DestinationInput& in, const sdk::Json& upstream, sdk::Out& out);

// A stage's configuration by which the module answers all requests 500 with the sentence.
sdk::Json refusing(const std::string& sentence);

}  // namespace solder::plugins::transformation
