// healthCheck: Envoy's health check filter, which answers one path itself. Source: Gloo's options/healthcheck; Envoy
// HealthCheck. Tested by plugins/health_check/testdata and tests/e2e/listener_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::health_check {

using sdk::Json;

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const std::string path = sdk::get_string(value, "path");
    if (!path.starts_with('/')) {
      return out.error({"/path", "InvalidValue", "a path starts with a slash", path, "/" + path});
    }
    const Json config{{"passThroughMode", false},
                      {"headers", Json::array({{{"name", ":path"}, {"stringMatch", {{"exact", path}}}}})}};
    out.filter_json("authz", "envoy.filters.http.health_check",
                    "type.googleapis.com/envoy.extensions.filters.http.health_check.v3.HealthCheck", config.dump(), 1);
  }
};

}  // namespace solder::plugins::health_check

SOLDER_PLUGIN(solder::plugins::health_check::Plugin, "health_check", "1.0.0")
