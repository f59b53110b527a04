// upgrades: which upgrades of a connection a route allows, beside or against what the connection manager does.
// Source: Gloo's options/protocol_upgrade; Envoy RouteAction.UpgradeConfig. Tested by plugins/upgrades/testdata and
// tests/e2e/traffic_test.py.
#include <set>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::upgrades {

using sdk::Json;

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    if (in.action != SOLDER_ACTION_FORWARD) return;
    Json configs = Json::array();
    std::set<std::string> seen;
    const Json list = sdk::parse_json(in.json);
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string field = "/" + std::to_string(i);
      const char* kind = list[i].contains("websocket") ? "websocket" : "connect";
      if (!list[i].contains(kind)) {
        out.error({field, "MissingField", "an upgrade must say which", "", "websocket or connect"});
        continue;
      }
      if (!seen.insert(kind).second) out.error({field, "InvalidValue", "an upgrade stands once in a route", kind});
      Json config{{"upgradeType", std::string(kind) == "connect" ? "CONNECT" : kind}};
      if (const auto enabled = sdk::get_bool(list[i][kind], "enabled")) config["enabled"] = *enabled;
      // Envoy ends a tunnel itself where this is set; without it the request goes on to an upstream that does.
      if (std::string(kind) == "connect") config["connectConfig"] = Json::object();
      configs.push_back(std::move(config));
    }
    if (!out.failed() && !configs.empty())
      out.fragment_json("route_action", Json{{"upgradeConfigs", std::move(configs)}}.dump());
  }
};

}  // namespace solder::plugins::upgrades

SOLDER_PLUGIN(solder::plugins::upgrades::Plugin, "upgrades", "1.0.0")
