#include "local.h"

namespace solder::plugins::rate_limit {

using sdk::Json;

namespace {

constexpr const char* kLocalFilter = "envoy.filters.http.local_ratelimit";
constexpr const char* kLocalType =
    "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";
constexpr const char* kStage = "authn";  // before authentication, as in Gloo
constexpr int kEnvoyStage = 3;           // Gloo's number of limits before authentication

// What the filter says everywhere, so that what several places ask for is one filter.
Json common() { return {{"statPrefix", "http_local_ratelimit"}, {"stage", kEnvoyStage}}; }

Json everywhere() { return {{"defaultValue", {{"numerator", 100}, {"denominator", "HUNDRED"}}}}; }

bool add_bucket(const Json& bucket, const std::string& field, Json& config, sdk::Out& out) {
  const Json* most = sdk::find(bucket, "maxTokens");
  if (most == nullptr) {
    out.error({field + "/maxTokens", "MissingField", "a bucket needs a size", "", "1 or more"});
    return false;
  }
  const auto interval = sdk::get_duration(bucket, "fillInterval");
  const std::string text = sdk::get_string(bucket, "fillInterval");
  if (interval && (text.starts_with('-') || *interval < sdk::Duration{0, 50000000})) {
    out.error({field + "/fillInterval", "InvalidDuration", "Envoy fills a bucket no faster", text, "50ms or more"});
    return false;
  }
  Json tokens{{"maxTokens", *most}, {"fillInterval", interval ? text : "1s"}};
  if (const Json* fill = sdk::find(bucket, "tokensPerFill")) tokens["tokensPerFill"] = *fill;
  config["tokenBucket"] = std::move(tokens);
  // Only with a bucket: without one they would refuse everything.
  config["filterEnabled"] = everywhere();
  config["filterEnforced"] = everywhere();
  return true;
}

}  // namespace

void local_limit(const Json& bucket, const std::string& field, sdk::Out& out) {
  Json config = common();
  if (!add_bucket(bucket, field, config, out)) return;
  out.filter_json(kStage, kLocalFilter, kLocalType, common().dump());
  out.fragment_json(std::string("per_filter/") + kLocalFilter, config.dump(), kLocalType);
}

void local_defaults(const Json& value, sdk::Out& out) {
  Json config = common();
  const Json* bucket = sdk::find(value, "defaultLimit");
  if (bucket != nullptr && !add_bucket(*bucket, "/defaultLimit", config, out)) return;
  if (sdk::get_bool(value, "localRateLimitPerDownstreamConnection").value_or(false))
    config["localRateLimitPerDownstreamConnection"] = true;
  if (sdk::get_bool(value, "enableXRatelimitHeaders").value_or(false))
    config["enableXRatelimitHeaders"] = "DRAFT_VERSION_03";
  out.filter_json(kStage, kLocalFilter, kLocalType, config.dump());
}

}  // namespace solder::plugins::rate_limit
