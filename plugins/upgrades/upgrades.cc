// upgrades: which upgrades of a connection a route allows, beside or against what the connection manager does.
// Source: Gloo's options/protocol_upgrade; Envoy RouteAction.UpgradeConfig. Tested by plugins/upgrades/testdata and
// tests/e2e/traffic_test.py and, for tunnels, tests/e2e/forward_proxy_test.py.
#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::upgrades {

using sdk::Json;

namespace {

struct Kind {
  const char* key;
  const char* type;
  bool terminates;  // Envoy ends the tunnel itself; else the CONNECT request goes on to an upstream that does
};
constexpr std::array kKinds = {Kind{"websocket", "websocket", false}, Kind{"connect", "CONNECT", false},
                               Kind{"connectTerminate", "CONNECT", true}};

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    if (in.action != SOLDER_ACTION_FORWARD) return;
    Json configs = Json::array();
    std::set<std::string> seen;
    const Json list = sdk::parse_json(in.json);
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string field = "/" + std::to_string(i);
      const auto kind =
          std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& one) { return list[i].contains(one.key); });
      if (kind == kKinds.end()) {
        out.error({field, "MissingField", "an upgrade must say which", "", "websocket, connect or connectTerminate"});
        continue;
      }
      if (!seen.insert(kind->type).second)
        out.error({field, "InvalidValue", "an upgrade stands once in a route", kind->type});
      Json config{{"upgradeType", kind->type}};
      if (const auto enabled = sdk::get_bool(list[i][kind->key], "enabled")) config["enabled"] = *enabled;
      if (kind->terminates) config["connectConfig"] = Json::object();
      configs.push_back(std::move(config));
    }
    if (!out.failed() && !configs.empty())
      out.fragment_json("route_action", Json{{"upgradeConfigs", std::move(configs)}}.dump());
  }
};

}  // namespace solder::plugins::upgrades

SOLDER_PLUGIN(solder::plugins::upgrades::Plugin, "upgrades", "1.0.0")
