// shadowing: copies of a route's requests for another upstream. Source: Gloo's options/shadowing; Envoy
// RouteAction.RequestMirrorPolicy. Tested by plugins/shadowing/testdata and tests/e2e/traffic_test.py.
#include <cmath>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::shadowing {

using sdk::Json;

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    if (in.action != SOLDER_ACTION_FORWARD) {
      return out.error({"", "InvalidValue", "only requests that are forwarded can be copied", "", "a routeAction"});
    }
    const Json value = sdk::parse_json(in.json);
    const Json* upstream = sdk::find(value, "upstream");
    if (upstream == nullptr)
      return out.error(
          {"/upstream", "MissingField", "a copy must go somewhere", "", "name and namespace of an Upstream"});
    const std::string name = sdk::get_string(*upstream, "name"), ns = sdk::get_string(*upstream, "namespace");
    const sdk::Ref target{"Upstream", ns, name};
    if (!out.lookup(target)) {
      const std::string found = ns + "/" + name;
      const std::string message = "Upstream " + found + " is not there; nothing is copied until it comes";
      return out.warning({"/upstream", "UpstreamNotFound", message, found, "", target});
    }
    const auto millionths =
        static_cast<uint32_t>(std::lround(sdk::get_number(value, "percentage").value_or(0) * 10000));
    const Json fraction{{"defaultValue", {{"numerator", millionths}, {"denominator", "MILLION"}}}};
    const Json policy{{"cluster", name + "_" + ns}, {"runtimeFraction", fraction}};
    out.fragment_json("route_action", Json{{"requestMirrorPolicies", Json::array({policy})}}.dump());
  }
};

}  // namespace solder::plugins::shadowing

SOLDER_PLUGIN(solder::plugins::shadowing::Plugin, "shadowing", "1.0.0")
