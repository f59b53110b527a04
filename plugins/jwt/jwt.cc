// jwt, jwtStaged and jwtProvidersStaged: JSON Web Tokens, checked before or after external authorization. All
// providers of a listener stand in one filter for each of the two places; a virtual host or route names what it
// requires. Source: Gloo's jwt API; Envoy JwtAuthentication. Tested by plugins/jwt/testdata and tests/e2e/jwt_test.py.
#include <array>
#include <cstdint>

#include "provider.h"

namespace solder::plugins::jwt {

using sdk::Json;

namespace {

constexpr const char* kStage = "authn";
constexpr const char* kFilterType = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication";
constexpr const char* kOptionType = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig";

struct Place {
  const char* key;  // of the staged options
  const char* filter;
  int32_t weight;  // what asks auth servers has 2 to 13
};
constexpr Place kBefore{"beforeExtAuth", "envoy.filters.http.jwt_authn.before_ext_auth", 1};
constexpr Place kAfter{"afterExtAuth", "envoy.filters.http.jwt_authn", 20};

// Of what stands in a route, which has no name: FNV-1a of the text.
std::string hash_of(std::string_view text) {
  uint64_t hash = 14695981039346656037u;
  for (const char letter : text) hash = (hash ^ static_cast<uint8_t>(letter)) * 1099511628211u;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[hash >> shift & 15];
  return out;
}

// Unique among all that ends up in one filter.
std::string requirement_name(const sdk::OptionInput& in, const Json& value) {
  if (in.scope != SOLDER_SCOPE_ROUTE) return std::string(in.object.ns) + "_" + std::string(in.object.name);
  return std::string(in.object.ns) + ".route-" + hash_of(value.dump());
}

// Any provider will do; with a policy a missing, or a missing or wrong, token as well.
Json requirement(const Json& value, const Json& names) {
  const std::string policy = sdk::get_string(value, "validationPolicy");
  Json any = Json::array();
  for (const Json& name : names) any.push_back({{"providerName", name}});
  if (sdk::get_bool(value, "allowMissingOrFailedJwt").value_or(false) || policy == "ALLOW_MISSING_OR_FAILED") {
    any.push_back({{"allowMissingOrFailed", Json::object()}});
  } else if (policy == "ALLOW_MISSING") {
    any.push_back({{"allowMissing", Json::object()}});
  }
  if (any.size() == 1) return any[0];
  return {{"requiresAny", {{"requirements", std::move(any)}}}};
}

void require(const sdk::OptionInput& in, const Json& value, const Place& place, const std::string& field,
             sdk::Out& out) {
  const Json providers = value.value("providers", Json::object());
  if (providers.empty())
    return out.error({field + "/providers", "MissingField", "no provider of tokens is named", "", "at least one"});
  const std::string name = requirement_name(in, value);
  Json filter{{"providers", Json::object()}};
  Json names = Json::array();
  for (const auto& [key, one] : providers.items()) {
    names.push_back(name + "." + key);
    filter["providers"][names.back().get<std::string>()] = provider(one, key, field + "/providers/" + key, out);
  }
  if (out.failed()) return;
  filter["requirementMap"] = {{name, requirement(value, names)}};
  out.filter_json(kStage, place.filter, kFilterType, filter.dump(), place.weight, field);
  out.fragment_json(std::string("per_filter/") + place.filter, Json{{"requirementName", name}}.dump(), kOptionType,
                    field);
}

void switch_off(const Json& value, const Place& place, sdk::Out& out) {
  if (sdk::get_bool(value, "disable").value_or(false))
    out.fragment_json(std::string("per_filter/") + place.filter, R"({"disabled":true})", kOptionType);
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const bool providers = in.scope == SOLDER_SCOPE_VIRTUAL_HOST || in.key == "jwtProvidersStaged";
    if (in.key == "jwt") return providers ? require(in, value, kAfter, "", out) : switch_off(value, kAfter, out);
    for (const Place& place : {kBefore, kAfter}) {
      const Json* staged = sdk::find(value, place.key);
      if (staged == nullptr) continue;
      if (providers)
        require(in, *staged, place, std::string("/") + place.key, out);
      else
        switch_off(*staged, place, out);
    }
  }
};

}  // namespace solder::plugins::jwt

SOLDER_PLUGIN(solder::plugins::jwt::Plugin, "jwt", "1.0.0")
