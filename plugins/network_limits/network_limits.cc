// connectionLimit, networkLocalRatelimit and, of TCP gateways, localRatelimit: limits before the first byte is read.
// Source: Gloo's options/connection_limit and options/local_ratelimit, with the filter names and prefixes of its
// statistics; Envoy connection_limit.proto, local_rate_limit.proto. Tested by plugins/network_limits/testdata and
// tests/e2e/tcp_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::network_limits {

using sdk::Json;

namespace {

constexpr const char* kStage = "authn";
// As Gloo names it: the type's name stands where other filters have a short one.
constexpr const char* kConnectionLimit = "envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit";
constexpr const char* kConnectionLimitType =
    "type.googleapis.com/envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit";
constexpr const char* kRateLimit = "envoy.filters.network.local_ratelimit";
constexpr const char* kRateLimitType =
    "type.googleapis.com/envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit";

void connection_limit(const Json& value, sdk::Out& out) {
  const Json* most = sdk::find(value, "maxActiveConnections");
  if (most == nullptr) return;  // as in Gloo: no limit
  Json config{{"statPrefix", "connection_limit"}, {"maxConnections", *most}};
  if (const Json* delay = sdk::find(value, "delayBeforeClose")) config["delay"] = *delay;
  out.network_filter_json(kStage, kConnectionLimit, kConnectionLimitType, config.dump());
}

void rate_limit(const Json& value, sdk::Out& out) {
  const Json* most = sdk::find(value, "maxTokens");
  if (most == nullptr) return out.error({"/maxTokens", "MissingField", "a bucket needs a size", "", "1 or more"});
  const auto interval = sdk::get_duration(value, "fillInterval");
  const std::string text = sdk::get_string(value, "fillInterval");
  if (interval && (text.starts_with('-') || *interval < sdk::Duration{0, 50000000})) {
    return out.error({"/fillInterval", "InvalidDuration", "Envoy fills a bucket no faster", text, "50ms or more"});
  }
  Json bucket{{"maxTokens", *most}, {"fillInterval", interval ? text : "1s"}};
  if (const Json* fill = sdk::find(value, "tokensPerFill")) bucket["tokensPerFill"] = *fill;
  out.network_filter_json(kStage, kRateLimit, kRateLimitType,
                          Json{{"statPrefix", "l4_local_ratelimit"}, {"tokenBucket", std::move(bucket)}}.dump());
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    if (in.key == "connectionLimit")
      connection_limit(value, out);
    else
      rate_limit(value, out);
  }
};

}  // namespace solder::plugins::network_limits

SOLDER_PLUGIN(solder::plugins::network_limits::Plugin, "network_limits", "1.0.0")
