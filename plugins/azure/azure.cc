// The upstream type `azure`: the functions of an Azure function app. A cluster that reaches the app over TLS; a route
// says which function. Keys are SDS secrets that credential_injector writes into x-functions-key: the route says the
// key's name there, and a composite filter picks the injector by it, so that no key stands in a route, a path or an
// access log. Tested by plugins/azure/testdata and tests/e2e/azure_test.py.
#include <set>

#include "functions.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::azure {

namespace lua = envoy::extensions::filters::http::lua::v3;
namespace core = envoy::config::core::v3;
namespace route = envoy::config::route::v3;
using sdk::Json;
using sdk::Message;

namespace {

#include "scripts.inc"

constexpr std::string_view kStage = "out_auth";
constexpr std::string_view kInvokeFilter = "solder.azure.invoke";
constexpr std::string_view kKeysFilter = "solder.azure.keys";
constexpr const char* kKeyHeader = "x-functions-key";
constexpr std::string_view kUrl = "type.googleapis.com/envoy.extensions.filters.http.";
constexpr std::string_view kMatcherUrl = "type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcher";

std::string url(std::string_view type) { return std::string(kUrl) + std::string(type); }

std::optional<sdk::WebEndpoint> endpoint_of(const Json& upstream, sdk::Out* out) {
  if (const std::string url = sdk::get_string(upstream, "endpoint"); !url.empty()) {
    const auto endpoint = sdk::parse_web_endpoint(url);
    if (!endpoint && out != nullptr) {
      out->error({"/endpoint", "InvalidEndpoint", "this is no address that functions can be called at", url,
                  sdk::kExpectedWebEndpoint});
    }
    return endpoint;
  }
  const std::string app = sdk::get_string(upstream, "functionAppName");
  if (sdk::is_host_name(app)) return sdk::WebEndpoint{app + ".azurewebsites.net"};
  if (out == nullptr) return std::nullopt;
  if (app.empty()) {
    out->error({"/functionAppName", "MissingField", "functions are called in an app, and none is named", "",
                "the name of a function app"});
  } else {
    out->error({"/functionAppName", "InvalidValue", "this cannot be the name of a function app", app,
                "letters, digits and dashes"});
  }
  return std::nullopt;
}

std::string sds_name(const Keys& keys, const std::string& key) {
  return sdk::to_string(keys.secret()) + "/value/" + key;
}

// The filter that writes the key of that SDS name over its name.
Json injector(const std::string& name) {
  const Json sds{{"name", name}, {"sdsConfig", {{"ads", Json::object()}, {"resourceApiVersion", "V3"}}}};
  const Json generic{{"@type", "type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic"},
                     {"header", kKeyHeader},
                     {"credential", sds}};
  const Json filter{{"@type", url("credential_injector.v3.CredentialInjector")},
                    {"overwrite", true},
                    {"credential", {{"name", "envoy.http.injected_credentials.generic"}, {"typedConfig", generic}}}};
  const Json action{{"@type", url("composite.v3.ExecuteFilterAction")},
                    {"typedConfig", {{"name", "envoy.filters.http.credential_injector"}, {"typedConfig", filter}}}};
  return {{"action", {{"name", name}, {"typedConfig", action}}}};
}

void inject_keys(const Json& upstream, const Keys& keys, sdk::Out& out) {
  std::set<std::string> used;
  for (const Json& function : functions_of(upstream)) {
    const auto key = needs_key(function) ? keys.key_for(function) : std::nullopt;
    if (key) used.insert(*key);
  }
  if (used.empty()) return;
  Json map = Json::object();
  for (const std::string& key : used) {
    const std::string name = sds_name(keys, key);
    map[name] = injector(name);
    out.secret_use(
        {.sds_name = name, .ref = keys.secret(), .form = SOLDER_SECRET_GENERIC, .key = key, .field = "/secretRef"});
  }
  const Json input{{"@type", "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput"},
                   {"headerName", kKeyHeader}};
  const Json tree{{"input", {{"name", kKeyHeader}, {"typedConfig", input}}}, {"exactMatchMap", {{"map", map}}}};
  const Json composite{{"name", "composite"}, {"typedConfig", {{"@type", url("composite.v3.Composite")}}}};
  const Json config{{"extensionConfig", composite}, {"xdsMatcher", {{"matcherTree", tree}}}};
  out.upstream_filter_json(kStage, kKeysFilter, kMatcherUrl, config.dump(), 0, "/secretRef");
}

void tell_invocation(const Json& context, sdk::Out& out) {
  out.per_filter(kInvokeFilter, url("lua.v3.LuaPerRoute"),
                 Message().add_message(lua::LuaPerRoute::kFilterContext, sdk::to_struct(context)),
                 "/destinationSpec/azure");
}

// A route that cannot be served: said to its author, and to those who call it.
void refuse(const sdk::Problem& problem, const std::string& answer, sdk::Out& out) {
  out.warning(problem);
  tell_invocation({{"problem", answer}}, out);
}

}  // namespace

class Plugin {
 public:
  void clusters(const sdk::UpstreamInput& in, sdk::Out& out) {
    const Json spec = sdk::parse_json(in.json);
    const auto at = endpoint_of(spec, &out);
    const Keys keys(spec, true, out);
    if (!at || out.failed()) return;
    sdk::web_cluster(*at, sdk::parse_json(in.spec_json), nullptr, "/functionAppName", out);
    inject_keys(spec, keys, out);
    const Message source = Message().add_string(core::DataSource::kInlineString, kInvokeScript);
    out.upstream_filter(kStage, kInvokeFilter, url("lua.v3.Lua"),
                        Message().add_message(lua::Lua::kDefaultSourceCode, source), -1);
  }

  void destinations(const sdk::DestinationInput& in, sdk::Out& out) {
    // An upstream that cannot be used has no cluster.
    Message action;
    action.add_enum(route::RouteAction::kClusterNotFoundResponseCode,
                    route::RouteAction::ClusterNotFoundResponseCode::kINTERNAL_SERVER_ERROR);
    out.fragment("route_action", action);
    if (in.destination_json.empty()) return;
    const Json upstream = sdk::parse_json(in.upstream_json), destination = sdk::parse_json(in.destination_json);
    const auto at = endpoint_of(upstream, nullptr);
    if (!at) return;
    const std::string name = sdk::get_string(destination, "functionName");
    const std::string of = "Upstream " + sdk::to_string(in.upstream), field = "/destinationSpec/azure/functionName";
    const Json* function = find_function(upstream, name);
    if (function == nullptr) {
      const std::string names = names_of(upstream);
      return refuse({field, "FunctionNotFound", of + " has no function of this name; requests are answered 500", name,
                     names.empty() ? "functions in the upstream" : "one of " + names, in.upstream},
                    "unknown function " + name, out);
    }
    Json context{{"path", "/api/" + sdk::percent_encoded(name)}, {"host", at->authority()}};
    if (needs_key(*function)) {
      const Keys keys(upstream, false, out);
      const auto key = keys.key_for(*function);
      if (!key) {
        return refuse({field, "MissingKey", of + " has no key for this function; requests are answered 500", name,
                       "a Secret in secretRef with a value " + name + " or _master", in.upstream},
                      "no key present for Azure function", out);
      }
      context["key"] = sds_name(keys, *key);
    }
    tell_invocation(context, out);
  }
};

}  // namespace solder::plugins::azure

SOLDER_PLUGIN(solder::plugins::azure::Plugin, "azure", "1.0.0")
