#include "identity.h"

#include <algorithm>
#include <map>
#include <set>

#include "solder/envoy_fields.h"

namespace solder::plugins::gcf {

namespace lua = envoy::extensions::filters::http::lua::v3;
using sdk::Json;
using sdk::Message;

namespace {

#include "scripts.inc"

constexpr std::string_view kStage = "out_auth";
constexpr int32_t kRequestWeight = -1, kTokenWeight = 0, kGuardWeight = 1;
constexpr std::string_view kRequestFilter = "solder.gcf.request", kTokenFilter = "solder.gcf.token",
                           kGuardFilter = "solder.gcf.guard", kStripFilter = "solder.gcf.strip",
                           kAuthnFilter = "envoy.filters.http.gcp_authn";
constexpr const char* kMetadataCluster = "solder_gcp_metadata";
constexpr std::string_view kClusterUrl = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
constexpr const char* kHeader = "authorization";
constexpr std::string_view kUrl = "type.googleapis.com/envoy.extensions.filters.http.";
constexpr std::string_view kMatcherUrl = "type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcher";
constexpr const char* kKeyNames[] = {"service-account.json", "key.json"};

std::string url(std::string_view type) { return std::string(kUrl) + std::string(type); }

// Texts of hosts, clusters and names of functions stand in a script: JSON's quoting, as far as it is Lua's as well.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const unsigned char c : text) {
    if (c < 0x20 || c == '"' || c == '\\') {
      out += "\\" + std::string(3 - std::to_string(c).size(), '0') + std::to_string(c);
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + "\"";
}

struct Filter {
  std::string_view name;
  std::string type_url;
  Json config;
  int32_t weight;
};

Filter script(std::string_view name, const std::string& text, int32_t weight) {
  return {name, url("lua.v3.Lua"), {{"defaultSourceCode", {{"inlineString", text}}}}, weight};
}

// Writes the token of that name over its name. Where there is none the name stays, and the guard answers.
Json injector(const std::string& name) {
  const Json sds{{"name", name}, {"sdsConfig", {{"ads", Json::object()}, {"resourceApiVersion", "V3"}}}};
  const Json generic{{"@type", "type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic"},
                     {"header", kHeader},
                     {"headerValuePrefix", "Bearer "},
                     {"credential", sds}};
  const Json filter{{"@type", url("credential_injector.v3.CredentialInjector")},
                    {"overwrite", true},
                    {"allowRequestWithoutCredential", true},
                    {"credential", {{"name", "envoy.http.injected_credentials.generic"}, {"typedConfig", generic}}}};
  const Json action{{"@type", url("composite.v3.ExecuteFilterAction")},
                    {"typedConfig", {{"name", "envoy.filters.http.credential_injector"}, {"typedConfig", filter}}}};
  return {{"action", {{"name", name}, {"typedConfig", action}}}};
}

enum class Minted { kHere, kByEnvoy };

// The request for a host, the token of its name put in, and the guard. `tokens`: the injectors by name; there may be
// none.
std::vector<Filter> filters_of(const std::string& host, const Function* standard, const Json& tokens, Minted minted) {
  std::string text = "local standard = {host = " + quoted(host);
  if (minted == Minted::kByEnvoy) text += ", by_envoy = true";
  if (standard != nullptr && !tokens.empty()) text += ", token = " + quoted(standard->token);
  if (standard != nullptr && !standard->path.empty()) text += ", prefix = " + quoted(standard->path);
  std::vector<Filter> filters{script(kRequestFilter, text + "}\n" + std::string(k_request), kRequestWeight)};
  if (!tokens.empty()) {
    const Json input{{"@type", "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput"},
                     {"headerName", kHeader}};
    const Json tree{{"input", {{"name", kHeader}, {"typedConfig", input}}}, {"exactMatchMap", {{"map", tokens}}}};
    const Json composite{{"name", "composite"}, {"typedConfig", {{"@type", url("composite.v3.Composite")}}}};
    filters.push_back({kTokenFilter,
                       std::string(kMatcherUrl),
                       {{"extensionConfig", composite}, {"xdsMatcher", {{"matcherTree", tree}}}},
                       kTokenWeight});
  }
  filters.push_back(script(kGuardFilter, std::string(k_guard), kGuardWeight));
  return filters;
}

Json socket_address(const sdk::WebEndpoint& at) {
  const Json socket{{"address", at.host}, {"portValue", at.port}};
  return {{"endpoint", {{"address", {{"socketAddress", socket}}}}}};
}

Json web_cluster(const std::string& name, const sdk::WebEndpoint& at) {
  const Json assignment{{"clusterName", name},
                        {"endpoints", Json::array({{{"lbEndpoints", Json::array({socket_address(at)})}}})}};
  Json cluster{{"name", name},
               {"type", "LOGICAL_DNS"},
               {"dnsLookupFamily", "V4_ONLY"},
               {"connectTimeout", "5s"},
               {"loadAssignment", assignment}};
  if (at.tls) {
    const Json context{{"@type", "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"},
                       {"sni", at.host}};
    cluster["transportSocket"] = {{"name", "envoy.transport_sockets.tls"}, {"typedConfig", context}};
  }
  return cluster;
}

Json with_audience(const std::string& audience) {
  const Json typed{{"@type", url("gcp_authn.v3.Audience")}, {"url", audience}};
  return {{"typedFilterMetadata", {{kAuthnFilter, typed}}}};
}

// A cluster for the functions on a host of their own.
void emit_cluster(const std::string& name, const Service& service, const std::string& host,
                  const std::vector<Filter>& filters, const Json& metadata, sdk::Out& out) {
  const bool elsewhere = service.at.host != service.host;
  Json cluster = web_cluster(name, elsewhere ? service.at : sdk::WebEndpoint{host});
  Json list = Json::array();
  for (const Filter& filter : filters) {
    Json config = filter.config;
    config["@type"] = filter.type_url;
    list.push_back({{"name", filter.name}, {"typedConfig", std::move(config)}});
  }
  list.push_back({{"name", "envoy.filters.http.upstream_codec"},
                  {"typedConfig", {{"@type", url("upstream_codec.v3.UpstreamCodec")}}}});
  const Json options{{"@type", "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"},
                     {"explicitHttpConfig", {{"httpProtocolOptions", Json::object()}}},
                     {"httpFilters", std::move(list)}};
  cluster["typedExtensionProtocolOptions"] = {{"envoy.extensions.upstreams.http.v3.HttpProtocolOptions", options}};
  if (!metadata.is_null()) cluster["metadata"] = metadata;
  out.fragment_json("resource/" + name, cluster.dump(), kClusterUrl, "/functions");
}

std::set<std::string> other_hosts(const std::vector<Function>& functions) {
  std::set<std::string> hosts;
  for (const Function& function : functions) {
    if (!function.host.empty()) hosts.insert(function.host);
  }
  return hosts;
}

void emit_filters(const std::vector<Filter>& filters, std::string_view field, sdk::Out& out) {
  for (const Filter& filter : filters)
    out.upstream_filter_json(kStage, filter.name, filter.type_url, filter.config.dump(), filter.weight, field);
}

// The Secret with the account's key, none for the metadata server; nothing where it cannot be used.
std::optional<sdk::Ref> secret_of(const Json& upstream, std::string& ns, std::string& name, sdk::Out& out) {
  const Json* reference = sdk::find(upstream, "secretRef");
  if (reference == nullptr) return sdk::Ref{};
  ns = sdk::get_string(*reference, "namespace");
  name = sdk::get_string(*reference, "name");
  const sdk::Ref ref{"Secret", ns, name};
  const auto found = out.lookup(ref);
  const std::string expected = "a Secret with the key of a service account in service-account.json";
  if (!found) {
    out.error({"/secretRef", "SecretNotFound", "the Secret " + sdk::to_string(ref) + " is not there",
               sdk::to_string(ref), expected, ref});
    return std::nullopt;
  }
  const Json shape = sdk::parse_json(*found);
  const auto keys = sdk::get_strings(shape, "keys"), empty = sdk::get_strings(shape, "empty");
  const auto has = [](const std::vector<std::string>& list, const char* key) {
    return std::find(list.begin(), list.end(), key) != list.end();
  };
  if (std::none_of(std::begin(kKeyNames), std::end(kKeyNames),
                   [&](const char* key) { return has(keys, key) && !has(empty, key); })) {
    out.error({"/secretRef", "MissingKey", "the Secret " + sdk::to_string(ref) + " has no value service-account.json",
               "", expected, ref});
    return std::nullopt;
  }
  return ref;
}

}  // namespace

std::string host_cluster(std::string_view cluster, const std::string& host) {
  return std::string(cluster) + "/" + host;
}

void call_with_tokens(const Json& upstream, const Service& service, const std::vector<Function>& functions,
                      std::string_view cluster, sdk::Out& out) {
  std::string ns, name;
  const auto secret = secret_of(upstream, ns, name, out);
  if (!secret) return;
  const std::string field = sdk::find(upstream, "secretRef") != nullptr ? "/secretRef" : "";
  std::map<std::string, Json> tokens;  // by host; empty: the upstream's
  const auto add = [&](const Function& function) {
    tokens[function.host][function.token] = injector(function.token);
    out.secret_use({.sds_name = function.token,
                    .ref = *secret,
                    .form = SOLDER_SECRET_GOOGLE_ID_TOKEN,
                    .key = function.audience,
                    .field = field});
  };
  // The host of a project's functions has nothing of its own that could be called.
  const Function itself{"", "", service.audience, token_name(cluster, ""), ""};
  const Function* standard = standard_function(upstream, functions, &out);
  if (!sdk::get_string(upstream, "host").empty()) {
    add(itself);
    if (standard == nullptr) standard = &itself;
  }
  for (const Function& function : functions) add(function);
  if (standard != nullptr && !standard->host.empty()) standard = nullptr;
  emit_filters(filters_of(service.host, standard, tokens[""], Minted::kHere), field, out);
  for (const std::string& host : other_hosts(functions)) {
    emit_cluster(host_cluster(cluster, host), service, host, filters_of(host, nullptr, tokens[host], Minted::kHere), {},
                 out);
  }
}

void call_by_envoy(const Json& upstream, const Service& service, const std::vector<Function>& functions,
                   std::string_view cluster, sdk::Out& out) {
  const Json* options = sdk::find(upstream, "gcpOptions");
  const std::string given = sdk::get_string(*options, "metadataServer");
  const auto metadata = sdk::parse_web_endpoint(given.empty() ? "http://metadata.google.internal" : given);
  if (!metadata || metadata->tls) {
    return out.error({"/gcpOptions/metadataServer", "InvalidEndpoint", "this is no address of a metadata server", given,
                      "http://HOST, perhaps with :PORT"});
  }
  out.fragment_json("resource/" + std::string(kMetadataCluster), web_cluster(kMetadataCluster, *metadata).dump(),
                    kClusterUrl);
  out.fragment_json("cluster", Json{{"metadata", with_audience(service.audience)}}.dump());
  const Function* standard = standard_function(upstream, functions, &out);
  if (standard != nullptr && !standard->host.empty()) standard = nullptr;
  emit_filters(filters_of(service.host, standard, Json::object(), Minted::kByEnvoy), "", out);
  for (const std::string& host : other_hosts(functions)) {
    emit_cluster(host_cluster(cluster, host), service, host,
                 filters_of(host, nullptr, Json::object(), Minted::kByEnvoy), with_audience("https://" + host), out);
  }
}

void ask_on_route(sdk::Out& out) {
  out.filter({.stage = kStage,
              .name = kStripFilter,
              .type_url = url("lua.v3.Lua"),
              .json = Json{{"defaultSourceCode", {{"inlineString", k_strip}}}}.dump(),
              .weight = -1,
              .flags = SOLDER_FILTER_DISABLED});
  out.per_filter(kStripFilter, url("lua.v3.LuaPerRoute"),
                 Message().add_message(lua::LuaPerRoute::kFilterContext, Message()));
  const Json authn{{"cluster", kMetadataCluster}, {"timeout", "2s"}, {"cacheConfig", {{"cacheSize", 100}}}};
  out.filter({.stage = kStage,
              .name = kAuthnFilter,
              .type_url = url("gcp_authn.v3.GcpAuthnFilterConfig"),
              .json = authn.dump()});
}

void tell_request(const Json& context, sdk::Out& out) {
  out.per_filter(kRequestFilter, url("lua.v3.LuaPerRoute"),
                 Message().add_message(lua::LuaPerRoute::kFilterContext, sdk::to_struct(context)),
                 "/destinationSpec/gcp");
}

}  // namespace solder::plugins::gcf
