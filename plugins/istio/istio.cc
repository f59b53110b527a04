// disableIstioAutoMtls: accepted, because manifests have it. There is no automatic mTLS to switch off: an Upstream
// speaks TLS where it says so. Source: Gloo's Upstream. Tested by plugins/istio/testdata.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::istio {

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    if (sdk::parse_json(in.json).get<bool>()) return;
    out.info({"", "NoEffect",
              "mTLS within a mesh is not switched on by itself; the upstream speaks TLS where it says so", "false",
              "sslConfig.sds with the names of the mesh's secrets"});
  }
};

}  // namespace solder::plugins::istio

SOLDER_PLUGIN(solder::plugins::istio::Plugin, "istio", "1.0.0")
