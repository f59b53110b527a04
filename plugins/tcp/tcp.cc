// tcpProxySettings of TCP gateways. Source: Gloo's options/tcp; Envoy tcp_proxy.proto.
// Tested by plugins/tcp/testdata and tests/e2e/tcp_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::tcp {

using sdk::Json;

namespace {

// Envoy's Append defaults to true, Gloo's to false.
Json headers(const Json& list) {
  Json out = Json::array();
  for (const Json& item : list) {
    const bool append = sdk::get_bool(item, "append").value_or(false);
    out.push_back({{"header", item.value("header", Json::object())},
                   {"appendAction", append ? "APPEND_IF_EXISTS_OR_ADD" : "OVERWRITE_IF_EXISTS_OR_ADD"}});
  }
  return out;
}

Json tunneling(const Json& value, sdk::Out& out) {
  const std::string hostname = sdk::get_string(value, "hostname");
  if (hostname.empty()) {
    out.error({"/tunnelingConfig/hostname", "MissingField", "a tunnel must say where it ends", "", "example.com:443"});
  }
  Json config{{"hostname", hostname}};
  if (const Json* list = sdk::find(value, "headersToAdd"); list != nullptr && !list->empty())
    config["headersToAdd"] = headers(*list);
  return config;
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    Json proxy = Json::object();
    for (const char* same : {"maxConnectAttempts", "idleTimeout"}) {
      if (const Json* setting = sdk::find(value, same)) proxy[same] = *setting;
    }
    if (const Json* config = sdk::find(value, "tunnelingConfig")) proxy["tunnelingConfig"] = tunneling(*config, out);
    if (const auto interval = sdk::get_duration(value, "accessLogFlushInterval")) {
      const std::string text = sdk::get_string(value, "accessLogFlushInterval");
      const bool below = text.starts_with('-') || *interval < sdk::Duration{0, 1000000};
      if (below) {
        out.error({"/accessLogFlushInterval", "InvalidDuration", "the interval is too short", text, "1ms or more"});
      }
      proxy["accessLogOptions"] = {{"accessLogFlushInterval", text}};
    }
    if (!out.failed()) out.fragment_json("tcp_proxy", proxy.dump());
  }
};

}  // namespace solder::plugins::tcp

SOLDER_PLUGIN(solder::plugins::tcp::Plugin, "tcp", "1.0.0")
