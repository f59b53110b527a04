// cors: Envoy's CORS filter for virtual hosts and routes. Source: Gloo's options/cors; Envoy CorsPolicy.
// Tested by plugins/cors/testdata and tests/e2e/policies_test.py.
#include <re2/re2.h>

#include <set>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::cors {

using sdk::Json;

namespace {

constexpr const char* kFilter = "envoy.filters.http.cors";
constexpr const char* kFilterType = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors";
constexpr const char* kPolicyType = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy";

std::string joined(const Json& policy, const char* name) {
  std::string out;
  for (const auto& each : sdk::get_strings(policy, name)) out += (out.empty() ? "" : ",") + each;
  return out;
}

Json origins(const Json& policy, sdk::Out& out) {
  Json list = Json::array();
  for (const auto& origin : sdk::get_strings(policy, "allowOrigin")) list.push_back({{"exact", origin}});
  const auto expressions = sdk::get_strings(policy, "allowOriginRegex");
  for (size_t i = 0; i < expressions.size(); ++i) {
    const re2::RE2 compiled(expressions[i], re2::RE2::Quiet);
    if (!compiled.ok()) {
      out.error({"/allowOriginRegex/" + std::to_string(i), "InvalidRegex",
                 "the regular expression does not compile: " + compiled.error(), expressions[i], "RE2 syntax"});
    }
    list.push_back({{"safeRegex", {{"regex", expressions[i]}}}});
  }
  if (list.empty()) {
    out.error({"", "MissingField", "a policy must say which origins it is for", "", "allowOrigin or allowOriginRegex"});
  }
  return list;
}

Json policy_of(const Json& value, sdk::Out& out) {
  Json policy{{"allowOriginStringMatch", origins(value, out)}};
  for (const char* list : {"allowMethods", "allowHeaders", "exposeHeaders"}) {
    if (const std::string text = joined(value, list); !text.empty()) policy[list] = text;
  }
  if (const std::string age = sdk::get_string(value, "maxAge"); !age.empty()) policy["maxAge"] = age;
  if (sdk::get_bool(value, "allowCredentials").value_or(false)) policy["allowCredentials"] = true;
  return policy;
}

std::string every_origin(const Json& value) {
  std::string out;
  std::set<std::string> seen;
  for (const char* list : {"allowOrigin", "allowOriginRegex"}) {
    for (const auto& origin : sdk::get_strings(value, list)) {
      if (seen.insert(origin).second) out += (out.empty() ? "" : ",") + origin;
    }
  }
  return out;
}

// Envoy's filter adds nothing to answers that a route makes itself: Gloo lets the route add the headers to each of
// them. Those that are empty are not sent.
void add_headers(const Json& value, sdk::Out& out) {
  const std::pair<const char*, std::string> headers[] = {
      {"Origin", every_origin(value)},
      {"Methods", joined(value, "allowMethods")},
      {"Headers", joined(value, "allowHeaders")},
      {"Expose-Headers", joined(value, "exposeHeaders")},
      {"Max-Age", sdk::get_string(value, "maxAge")},
      {"Credentials", sdk::get_bool(value, "allowCredentials").value_or(false) ? "true" : "false"}};
  Json list = Json::array();
  for (const auto& [name, text] : headers) {
    const bool bare = std::string_view(name) == "Expose-Headers" || std::string_view(name) == "Max-Age";
    list.push_back(
        {{"header", {{"key", std::string("Access-Control-") + (bare ? "" : "Allow-") + name}, {"value", text}}}});
  }
  out.fragment_json("route", Json{{"responseHeadersToAdd", std::move(list)}}.dump());
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    if (in.key == "corsPolicyMergeSettings") return;  // is heeded where the options of a route are put together
    const Json value = sdk::parse_json(in.json);
    if (in.action == SOLDER_ACTION_DIRECT_RESPONSE && !sdk::get_bool(value, "disableForRoute").value_or(false))
      return add_headers(value, out);
    Json policy = policy_of(value, out);
    const bool disabled = sdk::get_bool(value, "disableForRoute").value_or(false);
    if (in.scope == SOLDER_SCOPE_ROUTE) {
      if (in.action != SOLDER_ACTION_FORWARD) {
        out.error({"", "RouteCannotHave",
                   "a route that redirects has no CORS policy, and one that answers itself none to switch off", "",
                   "routeAction"});
      }
      if (disabled) {
        policy["filterEnabled"] = {{"defaultValue", {{"numerator", 0}}}, {"runtimeKey", "gloo.routeplugin.cors"}};
      }
    } else if (disabled) {
      out.warning({"/disableForRoute", "NoEffect", "this is for routes; on a virtual host it has no effect", "true",
                   "on a route"});
    }
    if (out.failed()) return;
    out.filter("cors", kFilter, kFilterType, {});
    out.fragment_json(std::string("per_filter/") + kFilter, policy.dump(), kPolicyType);
  }
};

}  // namespace solder::plugins::cors

SOLDER_PLUGIN(solder::plugins::cors::Plugin, "cors", "1.0.0")
