#include "server.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "solder/sdk/checked.hpp"
#include "solder/sdk/cluster_name.hpp"

namespace solder::plugins::ext_auth {

using sdk::Json;

namespace {

constexpr const char* kNotUsed = "http://not-used.example.com/";  // Envoy wants one, and goes by the cluster
constexpr const char* kDefaultTimeout = "0.200s";
constexpr const char* kNobody = "no_auth_server";  // a cluster that never is
constexpr uint64_t kDefaultBody = 4096;

// Envoy's StatusCode.
constexpr std::array kStatuses = {100, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302,
                                  303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408,
                                  409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 426,
                                  428, 429, 431, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511};

Json names(const Json& object, const char* key) {
  Json patterns = Json::array();
  for (const std::string& name : sdk::get_strings(object, key))
    patterns.push_back({{"exact", name}, {"ignoreCase", true}});
  return patterns;
}

void add_names(const Json& object, const char* key, const char* field, Json& into) {
  if (Json patterns = names(object, key); !patterns.empty()) into[field] = {{"patterns", std::move(patterns)}};
}

Json allowed_headers(const Json& request, const std::string& field, sdk::Out& out) {
  Json patterns = names(request, "allowedHeaders");
  const std::vector<std::string> expressions = sdk::get_strings(request, "allowedHeadersRegex");
  for (size_t i = 0; i < expressions.size(); ++i) {
    const re2::RE2 expression(expressions[i], re2::RE2::Quiet);
    if (!expression.ok()) {
      out.error({field + "/allowedHeadersRegex/" + std::to_string(i), "InvalidRegex",
                 "this is no regular expression of RE2: " + expression.error(), expressions[i]});
    }
    patterns.push_back({{"safeRegex", {{"regex", expressions[i]}}}});
  }
  return patterns;
}

Json http_service(const Json& http, Json server, const std::string& field, Json& config, sdk::Out& out) {
  Json service{{"serverUri", std::move(server)}};
  std::string prefix = sdk::get_string(http, "pathPrefix");
  if (prefix.ends_with('/')) prefix.pop_back();  // the request's path begins with one
  if (!prefix.empty() && !prefix.starts_with('/'))
    out.error({field + "/pathPrefix", "PathWithoutSlash", "a path begins with a slash", prefix, "/" + prefix});
  if (!prefix.empty()) service["pathPrefix"] = prefix;
  const Json request = http.value("request", Json::object());
  if (Json patterns = allowed_headers(request, field + "/request", out); !patterns.empty())
    config["allowedHeaders"] = {{"patterns", std::move(patterns)}};
  const Json headers = request.value("headersToAdd", Json::object());
  for (const auto& [key, text] : headers.items())
    service["authorizationRequest"]["headersToAdd"].push_back({{"key", key}, {"value", text}});
  Json response = Json::object();
  const Json wanted = http.value("response", Json::object());
  add_names(wanted, "allowedUpstreamHeaders", "allowedUpstreamHeaders", response);
  add_names(wanted, "allowedUpstreamHeadersToAppend", "allowedUpstreamHeadersToAppend", response);
  add_names(wanted, "allowedClientHeaders", "allowedClientHeaders", response);
  if (!response.empty()) service["authorizationResponse"] = std::move(response);
  return service;
}

void add_service(const Json& value, const std::string& cluster, const std::string& field, Json& config, sdk::Out& out) {
  const auto timeout = sdk::checked_duration(value, "requestTimeout", sdk::Least::kZero, field, out);
  const std::string text = timeout ? sdk::get_string(value, "requestTimeout") : kDefaultTimeout;
  if (const Json* http = sdk::find(value, "httpService")) {
    Json server{{"uri", kNotUsed}, {"cluster", cluster}, {"timeout", text}};
    config["httpService"] = http_service(*http, std::move(server), field + "/httpService", config, out);
    return;
  }
  Json grpc{{"clusterName", cluster}};
  const std::string authority = sdk::get_string(value.value("grpcService", Json::object()), "authority");
  if (!authority.empty()) grpc["authority"] = authority;
  config["grpcService"] = {{"envoyGrpc", std::move(grpc)}, {"timeout", text}};
}

void add_behaviour(const Json& value, const std::string& field, Json& config, sdk::Out& out) {
  config["failureModeAllow"] = sdk::get_bool(value, "failureModeAllow").value_or(false);
  config["clearRouteCache"] = sdk::get_bool(value, "clearRouteCache").value_or(false);
  if (const std::string prefix = sdk::get_string(value, "statPrefix"); !prefix.empty()) config["statPrefix"] = prefix;
  if (const Json* body = sdk::find(value, "requestBody")) {
    const uint64_t most = sdk::get_uint(*body, "maxRequestBytes").value_or(0);
    config["withRequestBody"] = {{"maxRequestBytes", most == 0 ? kDefaultBody : most},
                                 {"allowPartialMessage", sdk::get_bool(*body, "allowPartialMessage").value_or(false)},
                                 {"packAsBytes", sdk::get_bool(*body, "packAsBytes").value_or(false)}};
  }
  const uint64_t status = sdk::get_uint(value, "statusOnError").value_or(0);
  if (status == 0) return;
  if (std::find(kStatuses.begin(), kStatuses.end(), status) == kStatuses.end()) {
    out.error({field + "/statusOnError", "InvalidValue", "Envoy knows no such status", std::to_string(status),
               "an HTTP status that has a name, such as 403 or 503"});
  }
  config["statusOnError"] = {{"code", status}};
}

// The header that the server alone may set.
void sanitize(const Json& value, sdk::Out& out) {
  const std::string header = sdk::get_string(value, "userIdHeader");
  if (header.empty()) return;
  const Json removed{{"mutations", {{"requestMutations", Json::array({{{"remove", header}}})}}}};
  out.filter_json(kStage, "envoy.filters.http.header_mutation.ext_auth",
                  "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation", removed.dump(),
                  kSanitizing);
}

}  // namespace

Json ask_nobody(bool http) {
  Json filter{{"transportApiVersion", "V3"}};
  if (http)
    filter["httpService"]["serverUri"] = {{"uri", kNotUsed}, {"cluster", kNobody}, {"timeout", kDefaultTimeout}};
  else
    filter["grpcService"] = {{"envoyGrpc", {{"clusterName", kNobody}}}, {"timeout", kDefaultTimeout}};
  return filter;
}

void add_server(const Json& value, const std::string& name, Weight weight, const std::string& field, sdk::Out& out) {
  const Json* ref = sdk::find(value, "extauthzServerRef");
  const std::string upstream = ref == nullptr ? "" : sdk::get_string(*ref, "name");
  if (upstream.empty()) {
    return out.error({field + "/extauthzServerRef", "MissingField", "an auth server is an upstream", "",
                      "name and namespace of an Upstream"});
  }
  const std::string ns = sdk::get_string(*ref, "namespace");
  const sdk::Ref server{"Upstream", ns, upstream};
  if (!out.lookup(server)) {
    out.warning(
        {field + "/extauthzServerRef", "UpstreamNotFound",
         "Upstream " + ns + "/" + upstream + " is not there; what asks this auth server is denied until it comes",
         ns + "/" + upstream, "", server});
  }
  Json config{{"transportApiVersion", "V3"}, {"metadataContextNamespaces", Json::array({kJwtMetadata})}};
  add_service(value, sdk::cluster_name(server), field, config, out);
  add_behaviour(value, field, config, out);
  const std::string json = config.dump();
  // A gateway's own server is whole: nothing of that of Settings stays. Either takes the place of the one that denies.
  const uint32_t alone = weight == kOfGateway ? SOLDER_FILTER_ONLY : 0;
  out.filter({.stage = kStage,
              .name = name,
              .type_url = kServerType,
              .json = json,
              .weight = weight,
              .flags = SOLDER_FILTER_DISABLED | alone,
              .clear = {"http_service"},
              .field = field});
  sanitize(value, out);
}

}  // namespace solder::plugins::ext_auth
