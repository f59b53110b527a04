// Methods of gRPC services: a destination's `grpc` as a transformation for the module, which makes a POST of JSON for
// the method, and a transcoder behind it that speaks gRPC. Which services there are says the upstream's
// serviceSpec.grpc or serviceSpec.grpcJsonTranscoder. Source: Gloo's grpc plugin and its Parameters; Envoy
// GrpcJsonTranscoder. Tested by plugins/transformation/testdata/grpc.json and tests/e2e/grpc_functions_test.py.
#pragma once

#include <optional>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::transformation {

// One stage's configuration for the module, as rest_stage() gives it; the transcoder is put out besides.
std::optional<sdk::Json> grpc_stage(const sdk::DestinationInput& in, const sdk::Json& upstream, sdk::Out& out);

}  // namespace solder::plugins::transformation
