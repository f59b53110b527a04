// envoyMetadata: a route's filter metadata, namespace by namespace. Source: Gloo's RouteOptions; Envoy Metadata.
// Tested by plugins/metadata/testdata and tests/e2e/traffic_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::metadata {

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const sdk::Json value = sdk::parse_json(in.json);
    for (const auto& [space, fields] : value.items()) out.fragment_json("metadata/" + space, fields.dump());
  }
};

}  // namespace solder::plugins::metadata

SOLDER_PLUGIN(solder::plugins::metadata::Plugin, "metadata", "1.0.0")
