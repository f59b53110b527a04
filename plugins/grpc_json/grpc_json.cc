// grpcJsonTranscoder of a gateway: Envoy's filter that serves gRPC as JSON over HTTP, for all routes of the listener.
// A transcoder for one upstream stands in the upstream's serviceSpec and is its type's. Source: Gloo's
// options/grpc_json and plugins/grpcjson; Envoy GrpcJsonTranscoder. Tested by plugins/grpc_json/testdata and
// tests/e2e/grpc_json_test.py.
#include "solder/sdk/grpc_json.hpp"
#include "solder/sdk.hpp"

namespace solder::plugins::grpc_json {

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const sdk::Json value = sdk::parse_json(in.json);
    sdk::Transcoder transcoder(value, {}, in.object.ns, out);
    if (!transcoder.has_descriptors()) {
      return out.error({"", "MissingField", "a transcoder needs the descriptors of its services", "",
                        "protoDescriptorBin, protoDescriptorConfigMap or protoDescriptor"});
    }
    const auto config = transcoder.build();
    if (!config) return;
    if (sdk::get_strings(value, "services").empty()) {
      out.warning({"/services", "NoEffect", "no service is named, so none is transcoded", "", "package.Service"});
    }
    // Routes to upstreams with a transcoder of their own bring an empty filter, which this one replaces.
    const std::string json = config->dump();
    out.filter({.stage = sdk::kTranscoderStage,
                .name = sdk::kTranscoderName,
                .type_url = sdk::kTranscoderUrl,
                .json = json,
                .weight = -1,
                .clear = {"descriptor_set"}});
  }
};

}  // namespace solder::plugins::grpc_json

SOLDER_PLUGIN(solder::plugins::grpc_json::Plugin, "grpc_json", "1.0.0")
