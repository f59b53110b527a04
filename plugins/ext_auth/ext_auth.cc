// External authorization: extauth and namedExtauth of Settings, extauth of gateways, virtual hosts, routes and weighted
// destinations, and AuthConfig objects. A request is denied where its auth server is not known or not there; the
// control plane never takes the doubt for a yes. Source: Gloo's extauth API; Envoy ExtAuthz. Tested by
// plugins/ext_auth/testdata, tests/e2e/ext_auth_test.py and tests/e2e/auth_config_test.py.
#include "auth_config.h"
#include "option.h"
#include "server.h"

namespace solder::plugins::ext_auth {

using sdk::Json;

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    if (in.key == "namedExtauth") {
      for (const auto& [name, server] : value.items())
        add_server(server, named_server(name), kOfSettings, "/" + name, out);
    } else if (in.scope == SOLDER_SCOPE_SETTINGS || in.scope == SOLDER_SCOPE_HTTP_GATEWAY) {
      add_server(value, kServer, in.scope == SOLDER_SCOPE_SETTINGS ? kOfSettings : kOfGateway, "", out);
    } else {
      add_option(in, value, out);
    }
  }
  void derive(const sdk::SourceInput& in, sdk::Out& out) { derive_upstreams(in, out); }
};

}  // namespace solder::plugins::ext_auth

SOLDER_PLUGIN(solder::plugins::ext_auth::Plugin, "ext_auth", "1.0.0")
