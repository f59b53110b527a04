// What belongs to an Istio mesh: its route rules become objects of ours where the operator says so, and its mTLS is
// spoken to its pods where the Settings say so. Sources: istio.io/api networking/v1, Gloo's istioOptions.
// Tested by plugins/istio/testdata, tests/unit/istio, tests/golden/cases/istio-* and tests/e2e/istio_test.py.
#include <stdexcept>

#include "auto_mtls.h"
#include "gateway.h"
#include "service_entry.h"
#include "virtual_service.h"
#include "workloads.h"

namespace solder::plugins::istio {

class Plugin {
 public:
  Plugin(sdk::Host, std::string_view config) : options_(read_options(config)) {}

  void options(const sdk::OptionInput& in, sdk::Out& out) {
    if (in.key == "istioOptions") return auto_mtls(in, out);
    const bool enabled = part(part(sdk::parse_json(in.options_json), "istioOptions"), "enableAutoMtls") == true;
    if (enabled || sdk::parse_json(in.json).get<bool>()) return;
    out.info({"", "NoEffect", "there is no automatic mTLS that this would leave on", "false",
              "enableAutoMtls: true in Settings.gloo.istioOptions"});
  }

  void derive(const sdk::SourceInput& in, sdk::Out& out) {
    if (!discovers(out)) {
      return out.info({"", "DiscoveryOff", "Istio's route rules are not served unless that is switched on", "",
                       "discoverRouteRules: true in pluginConfig.istio, or in Settings.gloo.istioOptions"});
    }
    if (in.ref.kind == kVirtualService) return derive_virtual_service(in, options_, out);
    if (in.ref.kind == kGateway) return derive_gateway(in, options_, out);
    if (in.ref.kind == kDestinationRule) return derive_destination_rule(in, options_, out);
    if (in.ref.kind == kWorkloadEntry) return check_workload_entry(in, out);
    derive_service_entry(in, options_, out);
  }

 private:
  bool discovers(sdk::Out& out) const {
    if (options_.discover) return true;
    const auto text = out.lookup({"Settings", "", ""});
    if (!text) return false;
    const Json settings = sdk::parse_json(*text);
    return part(istio_options(settings), "discoverRouteRules") == true;
  }

  const Options options_;
};

}  // namespace solder::plugins::istio

SOLDER_PLUGIN(solder::plugins::istio::Plugin, "istio", "1.0.0")
