// What a Gateway says of its listening socket. Source: Gloo's ListenerOptions; Envoy Listener, SocketOption.
// Tested by plugins/listener/testdata and tests/e2e/listener_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::listener {

using sdk::Json;

namespace {

constexpr const char* kProxyProtocol = "envoy.filters.listener.proxy_protocol";
constexpr const char* kProxyProtocolType =
    "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol";

Json socket_options(const Json& list, sdk::Out& out) {
  Json options = Json::array();
  for (size_t i = 0; i < list.size(); ++i) {
    if (!list[i].contains("intValue") && !list[i].contains("bufValue")) {
      out.error({"/" + std::to_string(i), "MissingField", "a socket option needs a value", "", "intValue or bufValue"});
    }
    options.push_back(list[i]);
  }
  return options;
}

Json proxy_protocol(const Json& value) {
  Json config{{"@type", kProxyProtocolType}};
  if (sdk::get_bool(value, "allowRequestsWithoutProxyProtocol").value_or(false)) {
    config["allowRequestsWithoutProxyProtocol"] = true;
  }
  return Json::array({{{"name", kProxyProtocol}, {"typedConfig", std::move(config)}}});
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const std::string key(in.key);
    if (key == "tcpStats") {
      if (value == true)
        out.fragment_json("socket_wrapper/envoy.transport_sockets.tcp_stats", "{}",
                          "type.googleapis.com/envoy.extensions.transport_sockets.tcp_stats.v3.Config");
      return;
    }
    Json listener = Json::object();
    if (key == "socketOptions") {
      listener[key] = socket_options(value, out);
    } else if (key == "proxyProtocol") {
      listener["listenerFilters"] = proxy_protocol(value);
    } else if (key == "connectionBalanceConfig" && !value.contains("exactBalance")) {
      return out.error({"", "MissingField", "this must say how connections are spread", "", "exactBalance: {}"});
    } else {
      listener[key] = value;
    }
    if (!out.failed()) out.fragment_json("listener", listener.dump());
  }
};

}  // namespace solder::plugins::listener

SOLDER_PLUGIN(solder::plugins::listener::Plugin, "listener", "1.0.0")
