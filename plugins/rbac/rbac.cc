// rbac: who may do what, by the claims of a token that the option jwt has checked. Source: Gloo's rbac API; Envoy RBAC.
// Tested by plugins/rbac/testdata and tests/e2e/jwt_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::rbac {

using sdk::Json;

namespace {

constexpr const char* kFilter = "envoy.filters.http.rbac";
constexpr const char* kFilterType = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC";
constexpr const char* kOptionType = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBACPerRoute";
constexpr const char* kStage = "authz";
// Where the plugin jwt leaves a token's claims, and by which provider it was checked.
constexpr const char* kTokens = "envoy.filters.http.jwt_authn";
constexpr const char* kClaims = "principal";
constexpr const char* kProviderPrefix = "provider.";

Json has(const std::vector<std::string>& path, Json value) {
  Json steps = Json::array();
  for (const std::string& step : path) steps.push_back({{"key", step}});
  return {{"sourcedMetadata",
           {{"metadataMatcher", {{"filter", kTokens}, {"path", std::move(steps)}, {"value", std::move(value)}}}}}};
}

std::vector<std::string> claim_path(const std::string& claim, const std::string& delimiter) {
  std::vector<std::string> path{kClaims};
  size_t from = 0;
  for (size_t at; !delimiter.empty() && (at = claim.find(delimiter, from)) != std::string::npos;
       from = at + delimiter.size()) {
    path.push_back(claim.substr(from, at - from));
  }
  path.push_back(claim.substr(from));
  return path;
}

Json claim_value(const std::string& matcher, const std::string& text, const std::string& field, sdk::Out& out) {
  if (matcher == "BOOLEAN") {
    if (text != "true" && text != "false")
      out.error({field, "InvalidValue", "a claim that is matched as BOOLEAN is true or false", text,
                 "\"true\" or \"false\""});
    return {{"boolMatch", text == "true"}};
  }
  Json exact{{"stringMatch", {{"exact", text}}}};
  if (matcher == "LIST_CONTAINS") return {{"listMatch", {{"oneOf", std::move(exact)}}}};
  return exact;
}

// All claims, of a token of the provider.
Json principal(const Json& value, const std::string& delimiter, const std::string& field, sdk::Out& out) {
  const Json* jwt = sdk::find(value, "jwtPrincipal");
  if (jwt == nullptr) {
    out.error({field, "MissingField", "this does not say who is meant", "", "jwtPrincipal"});
    return Json::object();
  }
  Json all = Json::array();
  const Json claims = jwt->value("claims", Json::object());
  const std::string matcher = sdk::get_string(*jwt, "matcher");
  for (const auto& [claim, text] : claims.items()) {
    const std::string at = field + "/jwtPrincipal/claims/" + claim;
    all.push_back(has(claim_path(claim, delimiter), claim_value(matcher, text.get<std::string>(), at, out)));
  }
  const std::string provider = sdk::get_string(*jwt, "provider");
  if (!provider.empty()) all.push_back(has({kProviderPrefix + provider, "alg"}, {{"presentMatch", true}}));
  if (all.empty()) return has({kClaims}, {{"presentMatch", true}});  // whoever has a token that is right
  return {{"andIds", {{"ids", std::move(all)}}}};
}

Json permission(const Json& value) {
  Json all = Json::array();
  if (const std::string prefix = sdk::get_string(value, "pathPrefix"); !prefix.empty())
    all.push_back({{"urlPath", {{"path", {{"prefix", prefix}}}}}});
  Json methods = Json::array();
  for (const std::string& method : sdk::get_strings(value, "methods"))
    methods.push_back({{"header", {{"name", ":method"}, {"stringMatch", {{"exact", method}}}}}});
  if (!methods.empty()) all.push_back({{"orRules", {{"rules", std::move(methods)}}}});
  if (all.empty()) return {{"any", true}};
  return {{"andRules", {{"rules", std::move(all)}}}};
}

Json policies(const Json& value, sdk::Out& out) {
  Json result = Json::object();
  const Json given = value.value("policies", Json::object());
  for (const auto& [name, policy] : given.items()) {
    const std::string field = "/policies/" + name;
    const Json principals = policy.value("principals", Json::array());
    if (principals.empty())
      out.error({field + "/principals", "MissingField", "this policy is for nobody", "", "at least one principal"});
    Json who = Json::array();
    const std::string delimiter = sdk::get_string(policy, "nestedClaimDelimiter");
    for (size_t i = 0; i < principals.size(); ++i)
      who.push_back(principal(principals[i], delimiter, field + "/principals/" + std::to_string(i), out));
    result[name] = {{"principals", std::move(who)},
                    {"permissions", Json::array({permission(policy.value("permissions", Json::object()))})}};
  }
  return result;
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    if (in.scope == SOLDER_SCOPE_SETTINGS) {
      // Rules without policies let nobody pass where nothing else is said.
      if (sdk::get_bool(value, "requireRbac").value_or(false))
        out.filter_json(kStage, kFilter, kFilterType, R"({"rules":{}})");
      return;
    }
    const bool off = sdk::get_bool(value, "disable").value_or(false);
    Json rules{{"action", "ALLOW"}, {"policies", off ? Json::object() : policies(value, out)}};
    if (!off && rules["policies"].empty()) {
      out.warning({"/policies", "NoPolicies", "without a policy nobody may do anything; requests are answered 403", "",
                   "a policy, or disable: true"});
    }
    out.filter_json(kStage, kFilter, kFilterType, "{}");
    out.fragment_json(std::string("per_filter/") + kFilter, off ? "{}" : Json{{"rbac", {{"rules", rules}}}}.dump(),
                      kOptionType);
  }
};

}  // namespace solder::plugins::rbac

SOLDER_PLUGIN(solder::plugins::rbac::Plugin, "rbac", "1.0.0")
