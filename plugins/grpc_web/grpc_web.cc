// grpcWeb: Envoy's filter that translates gRPC-Web. Source: Gloo's options/grpc_web; Envoy GrpcWeb.
// Tested by plugins/grpc_web/testdata and tests/e2e/listener_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::grpc_web {

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    if (sdk::get_bool(sdk::parse_json(in.json), "disable").value_or(false)) return;
    out.filter("authz", "envoy.filters.http.grpc_web",
               "type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb", {}, 1);
  }
};

}  // namespace solder::plugins::grpc_web

SOLDER_PLUGIN(solder::plugins::grpc_web::Plugin, "grpc_web", "1.0.0")
