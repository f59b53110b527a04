// Finds the functions of web services by their OpenAPI documents and publishes them as the upstreams' serviceSpec.rest,
// which the plugin transformation turns into calls. Owns no upstream type: it is told of those whose owners find
// nothing. Tested by tests/e2e/openapi_test.py.
#include <map>
#include <memory>
#include <stdexcept>

#include "followed_service.h"
#include "solder/sdk.hpp"

namespace solder::plugins::openapi {

using sdk::Json;

namespace {

// Gloo's own, and what frameworks have by default: FastAPI, huma, springdoc, Swashbuckle, Javalin, Express.
const std::vector<std::string> kPaths = {
    "/openapi.json",    "/swagger.json", "/v3/api-docs", "/openapi.yaml", "/swagger/v1/swagger.json",
    "/api-docs",        "/swagger.yaml", "/openapi",     "/v2/api-docs",  "/swagger/docs/v1",
    "/swagger/docs/v2", "/v1/swagger",   "/v2/swagger"};

Settings settings_of(const Json& config) {
  constexpr double kLeast = 1, kMost = 86400;
  Settings out;
  out.paths = kPaths;
  if (!config.is_object()) return out;
  for (const auto& [name, value] : config.items()) {
    if (name == "listEverySeconds" && value.is_number() && value >= kLeast && value <= kMost) {
      out.period = std::chrono::milliseconds(static_cast<int64_t>(value.get<double>() * 1000));
    } else if (name == "clusterDomain" && value.is_string()) {
      out.cluster_domain = value.get<std::string>();
    } else if (name == "paths" && value.is_array()) {
      out.paths = sdk::get_strings(config, "paths");
    } else {
      throw std::invalid_argument(
          "unknown, of the wrong type or out of its range: " + name +
          "; right are listEverySeconds (1 to 86400), clusterDomain and paths, a list of texts");
    }
  }
  return out;
}

}  // namespace

class Plugin {
 public:
  Plugin(sdk::Host host, std::string_view config)
      : host_(host), settings_(settings_of(sdk::parse_json(config))), budget_(host), publisher_(host) {}

  void follow(const sdk::UpstreamInput& in, sdk::Out&) {
    auto& service = followed_[sdk::to_string(in.upstream)];
    if (!service) service = std::make_unique<FollowedService>(host_, budget_, publisher_, settings_, in.upstream);
    service->begin(in.key, sdk::parse_json(in.spec_json));
  }
  void forget(const sdk::Ref& ref) { followed_.erase(sdk::to_string(ref)); }

 private:
  sdk::Host host_;
  const Settings settings_;
  Budget budget_;
  sdk::Publisher publisher_;
  std::map<std::string, std::unique_ptr<FollowedService>> followed_;  // last: they leave first
};

}  // namespace solder::plugins::openapi

SOLDER_PLUGIN(solder::plugins::openapi::Plugin, "openapi", "1.0.0")
