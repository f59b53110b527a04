// Rate limits: what routes and virtual hosts count requests by, the service that counts, and Envoy's own buckets.
// Source: Gloo's ratelimit plugin and API, whose numbers of stages and domains these are; Envoy RateLimit (route and
// filter). Tested by plugins/rate_limit/testdata and tests/e2e/traffic_test.py.
#include "actions.h"
#include "local.h"
#include "solder/sdk/cluster_name.hpp"

namespace solder::plugins::rate_limit {

using sdk::Json;

namespace {

constexpr const char* kFilter = "envoy.filters.http.ratelimit";
constexpr const char* kType = "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit";

// One filter asks about the descriptors of one stage in one domain.
struct Asks {
  const char* name;  // behind the filter's
  const char* domain;
  int stage;
  const char* place;  // among the listener's filters
};
constexpr Asks kAsks[] = {{"", "custom", kRegularStage, "rate_limit"},
                          {".policies", "crd", kPolicyStage, "rate_limit"},
                          {".early", "custom", kEarlyStage, "authn"},
                          {".early_policies", "crd", kEarlyPolicyStage, "authn"}};

// The filters of a server. Settings' give way to a gateway's own, field by field; so every field is set.
void add_server(const Json& value, bool of_settings, sdk::Out& out) {
  const Json* ref = sdk::find(value, "ratelimitServerRef");
  if (ref == nullptr) return;  // as in Gloo: nobody is asked
  const std::string name = sdk::get_string(*ref, "name"), ns = sdk::get_string(*ref, "namespace");
  const sdk::Ref server{"Upstream", ns, name};
  if (!out.lookup(server)) {
    const std::string found = ns + "/" + name;
    const std::string message = "Upstream " + found + " is not there; nothing is limited until it comes";
    return out.warning({"/ratelimitServerRef", "UpstreamNotFound", message, found, "", server});
  }
  const auto timeout = sdk::get_duration(value, "requestTimeout");
  Json grpc{{"envoyGrpc", {{"clusterName", sdk::cluster_name(server)}}}};
  const std::string authority = sdk::get_string(value.value("grpcService", Json::object()), "authority");
  if (!authority.empty()) grpc["envoyGrpc"]["authority"] = authority;
  const bool before_auth = sdk::get_bool(value, "rateLimitBeforeAuth").value_or(false);
  for (const Asks& asks : kAsks) {
    const Json config{{"domain", asks.domain},
                      {"stage", asks.stage},
                      {"requestType", "both"},
                      {"timeout", timeout ? sdk::get_string(value, "requestTimeout") : "0.1s"},
                      {"failureModeDeny", sdk::get_bool(value, "denyOnFail").value_or(false)},
                      {"enableXRatelimitHeaders",
                       sdk::get_bool(value, "enableXRatelimitHeaders").value_or(false) ? "DRAFT_VERSION_03" : "OFF"},
                      {"rateLimitService", {{"grpcService", grpc}, {"transportApiVersion", "V3"}}}};
    out.filter_json(before_auth ? "authn" : asks.place, std::string(kFilter) + asks.name, kType, config.dump(),
                    of_settings ? -1 : 0);
  }
}

void emit(const sdk::OptionInput& in, Json limits, const Json* include, sdk::Out& out) {
  if (out.failed()) return;
  Json fragment = Json::object();
  if (!limits.empty()) fragment["rateLimits"] = std::move(limits);
  if (in.scope == SOLDER_SCOPE_VIRTUAL_HOST) {
    if (!fragment.empty()) out.fragment_json("virtual_host", fragment.dump());
    return;
  }
  if (include != nullptr) fragment["includeVhRateLimits"] = *include;
  if (in.action == SOLDER_ACTION_FORWARD) {
    out.fragment_json("route_action", fragment.dump());
  } else {
    out.error(
        {"", "InvalidValue", "only requests that are forwarded can be limited by a service", "", "a routeAction"});
  }
}

void inline_limits(const sdk::OptionInput& in, const Json& value, int stage, sdk::Out& out) {
  if (const Json* bucket = sdk::find(value, "localRatelimit")) local_limit(*bucket, "/localRatelimit", out);
  const Json include = sdk::get_bool(value, "includeVhRateLimits").value_or(false);
  const Json* list = sdk::find(value, "rateLimits");
  if (list == nullptr && !value.contains("includeVhRateLimits")) return;
  emit(in, rate_limits(list == nullptr ? Json::array() : *list, stage, nullptr, "/rateLimits", out), &include, out);
}

// Each policy's descriptors begin with its name, so that the service keeps policies apart.
void policies(const sdk::OptionInput& in, const Json& value, int stage, sdk::Out& out) {
  Json limits = Json::array();
  const Json refs = value.value("refs", Json::array());
  for (size_t i = 0; i < refs.size(); ++i) {
    const std::string field = "/refs/" + std::to_string(i);
    const std::string name = sdk::get_string(refs[i], "name");
    const std::string ns = refs[i].value("namespace", std::string(in.object.ns));
    const sdk::Ref policy{"RateLimitConfig", ns, name};
    const auto found = out.lookup(policy);
    if (!found) {
      const std::string text = ns + "/" + name;
      out.info({field, "RateLimitConfigNotFound",
                "RateLimitConfig " + text + " is not there; it limits nothing until it comes", text, "", policy});
      continue;
    }
    const Json raw = sdk::parse_json(*found).value("spec", Json::object()).value("raw", Json::object());
    const Json first{{"genericKey", {{"descriptorValue", ns + "." + name}}}};
    for (Json& limit : rate_limits(raw.value("rateLimits", Json::array()), stage, first, field, out))
      limits.push_back(std::move(limit));
  }
  if (!limits.empty()) emit(in, std::move(limits), nullptr, out);
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const std::string_view key = in.key;
    if (key == "ratelimitServer") return add_server(value, in.scope == SOLDER_SCOPE_SETTINGS, out);
    if (key == "httpLocalRatelimit") return local_defaults(value, out);
    if (in.scope == SOLDER_SCOPE_SETTINGS) return;  // descriptors: for the server alone
    if (key == "ratelimit" || key == "ratelimitRegular") return inline_limits(in, value, kRegularStage, out);
    if (key == "ratelimitEarly") return inline_limits(in, value, kEarlyStage, out);
    if (key == "rateLimitConfigs" || key == "rateLimitRegularConfigs") return policies(in, value, kPolicyStage, out);
    if (key == "rateLimitEarlyConfigs") return policies(in, value, kEarlyPolicyStage, out);
    out.error({"", "InvalidValue", "basic limits are kept by Solo's rate limit server, which is not part of Envoy", "",
               "ratelimit.localRatelimit, or ratelimit with a rate limit service"});
  }
};

}  // namespace solder::plugins::rate_limit

SOLDER_PLUGIN(solder::plugins::rate_limit::Plugin, "rate_limit", "1.0.0")
