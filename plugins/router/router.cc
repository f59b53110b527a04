// router: settings of the filter that ends every list. Source: Gloo's options/router; Envoy Router.
// Tested by plugins/router/testdata and tests/e2e/http_options_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::router {

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    // The names are Envoy's.
    const sdk::Json value = sdk::parse_json(in.json);
    if (value.empty()) return;
    out.filter_json("route", "envoy.filters.http.router",
                    "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router", value.dump());
  }
};

}  // namespace solder::plugins::router

SOLDER_PLUGIN(solder::plugins::router::Plugin, "router", "1.0.0")
