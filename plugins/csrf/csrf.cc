// csrf: Envoy's CSRF filter for gateways, virtual hosts, routes and weighted destinations. Source: Gloo's
// options for csrf, which are Envoy's CsrfPolicy. Tested by plugins/csrf/testdata and tests/e2e/policies_test.py.
#include <re2/re2.h>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::csrf {

using sdk::Json;

namespace {

constexpr const char* kFilter = "envoy.filters.http.csrf";
constexpr const char* kType = "type.googleapis.com/envoy.extensions.filters.http.csrf.v3.CsrfPolicy";
constexpr int32_t kBeforeRouter = 0;

// Envoy demands filterEnabled with a value; unset it means never.
Json share(const Json* value) {
  Json out = value == nullptr ? Json::object() : *value;
  if (!out.contains("defaultValue")) out["defaultValue"] = Json::object();
  return out;
}

Json origins(const Json& list, sdk::Out& out) {
  Json matchers = Json::array();
  for (size_t i = 0; i < list.size(); ++i) {
    Json matcher = list[i];
    const std::string field = "/additionalOrigins/" + std::to_string(i);
    if (const Json* regex = sdk::find(matcher, "safeRegex")) {
      const std::string text = sdk::get_string(*regex, "regex");
      const re2::RE2 compiled(text, re2::RE2::Quiet);
      if (!compiled.ok() || text.empty()) {
        out.error({field + "/safeRegex/regex", "InvalidRegex",
                   "the regular expression does not compile: " + compiled.error(), text, "RE2 syntax"});
      }
      matcher["safeRegex"] = {{"regex", text}};
    } else if (!matcher.contains("exact") && !matcher.contains("prefix") && !matcher.contains("suffix")) {
      out.error({field, "MissingField", "an origin needs something to compare with", "",
                 "exact, prefix, suffix or safeRegex"});
    }
    matchers.push_back(std::move(matcher));
  }
  return matchers;
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    Json policy{{"filterEnabled", share(sdk::find(value, "filterEnabled"))}};
    if (const Json* shadow = sdk::find(value, "shadowEnabled")) policy["shadowEnabled"] = share(shadow);
    if (const Json* list = sdk::find(value, "additionalOrigins")) policy["additionalOrigins"] = origins(*list, out);
    if (out.failed()) return;
    const bool listener = in.scope == SOLDER_SCOPE_HTTP_GATEWAY;
    const Json never{{"filterEnabled", {{"defaultValue", Json::object()}}}};
    out.filter_json("route", kFilter, kType, (listener ? policy : never).dump(), listener ? 1 : kBeforeRouter);
    if (!listener) out.fragment_json(std::string("per_filter/") + kFilter, policy.dump(), kType);
  }
};

}  // namespace solder::plugins::csrf

SOLDER_PLUGIN(solder::plugins::csrf::Plugin, "csrf", "1.0.0")
