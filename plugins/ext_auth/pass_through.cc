#include "pass_through.h"

#include <charconv>
#include <optional>

#include "solder/sdk/checked.hpp"

namespace solder::plugins::ext_auth {

using sdk::Json;

namespace {

constexpr const char* kPassThroughTimeout = "5s";

struct Target {
  std::string host;
  int port = 0;
  bool tls = false;
  std::string path = "/";  // with the query
};

// "host:port" and "[::1]:port".
bool read_address(const std::string& text, Target& target) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  target.host = text.substr(0, colon);
  if (target.host.starts_with('[') && target.host.ends_with(']'))
    target.host = target.host.substr(1, target.host.size() - 2);
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data() + colon + 1, end, target.port);
  return problem == std::errc() && rest == end && target.port > 0 && target.port < 65536 && !target.host.empty() &&
         target.host.find_first_of("/ []@") == std::string::npos;
}

std::optional<Target> read_url(std::string text) {
  Target target;
  if (text.starts_with("https://")) target.tls = true;
  if (!target.tls && !text.starts_with("http://")) return std::nullopt;
  text = text.substr(target.tls ? 8 : 7);
  if (const size_t slash = text.find_first_of("/?"); slash != std::string::npos) {
    target.path = (text[slash] == '?' ? "/" : "") + text.substr(slash);
    text.resize(slash);
  }
  const bool has_port = text.find(':', text.rfind(']') == std::string::npos ? 0 : text.rfind(']')) != std::string::npos;
  if (!has_port) text += target.tls ? ":443" : ":80";
  return read_address(text, target) ? std::optional(target) : std::nullopt;
}

std::optional<Target> target_of(const Json& pass) {
  if (const Json* http = sdk::find(pass, "http")) return read_url(sdk::get_string(*http, "url"));
  const Json grpc = pass.value("grpc", Json::object());
  Target target;
  if (!read_address(sdk::get_string(grpc, "address"), target)) return std::nullopt;
  target.tls = grpc.contains("tlsConfig");
  return target;
}

// Gloo's server reads more of an HTTP server's answer, and tells it more, than Envoy does.
void check_http(const Json& pass, const Json& http, const std::string& field, sdk::Out& out) {
  const auto refuse = [&](const Json& object, const char* place, const char* key) {
    if (!sdk::get_bool(object, key).value_or(false)) return;
    out.error({field + "/http" + place + "/" + key, "NotServed",
               "Envoy sends an HTTP auth server the request's headers and nothing else, and reads headers alone", "",
               "passThroughAuth.grpc, or a custom auth server"});
  };
  const Json request = http.value("request", Json::object());
  for (const char* key : {"passThroughState", "passThroughFilterMetadata", "passThroughBody"})
    refuse(request, "/request", key);
  refuse(http.value("response", Json::object()), "/response", "readStateFromResponse");
  if (pass.contains("config")) {
    out.error({field + "/config", "NotServed", "Envoy has no place for it in what it sends an HTTP auth server", "",
               "passThroughAuth.grpc, or http.request.headersToAdd"});
  }
}

// A '%' begins a format command of Envoy's.
std::string literal(const std::string& text) {
  std::string out;
  for (const char letter : text) out += letter == '%' ? "%%" : std::string(1, letter);
  return out;
}

Json header_names(const Json& object, const char* key) {
  Json patterns = Json::array();
  for (const std::string& name : sdk::get_strings(object, key))
    patterns.push_back({{"exact", name}, {"ignoreCase", true}});
  return {{"patterns", std::move(patterns)}};
}

Json http_service(const Json& http, const std::string& cluster) {
  const auto timeout = sdk::get_duration(http, "connectionTimeout");
  Json service{{"serverUri",
                {{"uri", sdk::get_string(http, "url")},
                 {"cluster", cluster},
                 {"timeout", timeout ? sdk::get_string(http, "connectionTimeout") : kPassThroughTimeout}}},
               {"pathOverride", read_url(sdk::get_string(http, "url")).value_or(Target{}).path}};
  const Json request = http.value("request", Json::object());
  Json headers = Json::array();
  // Envoy's list of headers to copy belongs to the filter; a header that is not there is not sent.
  for (const std::string& name : sdk::get_strings(request, "allowedHeaders"))
    headers.push_back({{"key", name}, {"value", "%REQ(" + name + ")%"}});
  const Json added = request.value("headersToAdd", Json::object());
  for (const auto& [name, value] : added.items())
    headers.push_back({{"key", name}, {"value", literal(value.get<std::string>())}});
  if (!headers.empty()) service["authorizationRequest"] = {{"headersToAdd", std::move(headers)}};
  const Json response = http.value("response", Json::object());
  Json answer{{"allowedClientHeaders", header_names(response, "allowedClientHeadersOnDenied")}};
  // Without a list Envoy passes on all headers, Gloo none.
  if (answer["allowedClientHeaders"]["patterns"].empty())
    answer["allowedClientHeaders"]["patterns"].push_back({{"exact", "-"}});
  if (response.contains("allowedUpstreamHeaders"))
    answer["allowedUpstreamHeadersToAppend"] = header_names(response, "allowedUpstreamHeaders");
  if (response.contains("allowedUpstreamHeadersToOverwrite"))
    answer["allowedUpstreamHeaders"] = header_names(response, "allowedUpstreamHeadersToOverwrite");
  service["authorizationResponse"] = std::move(answer);
  return service;
}

}  // namespace

Json forwarded_metadata() {
  return Json::array({"envoy.filters.http.jwt_authn", "envoy.filters.http.ext_authz", kConfigMetadata});
}

void check_pass_through(const Json& pass, const std::string& field, sdk::Out& out) {
  const Json* http = sdk::find(pass, "http");
  const Json* grpc = sdk::find(pass, "grpc");
  if (http == nullptr && grpc == nullptr) {
    return out.error(
        {field, "MissingField", "this does not say which server is asked", "", "grpc.address or http.url"});
  }
  if (!target_of(pass)) {
    const bool is_http = http != nullptr;
    out.error({field + (is_http ? "/http/url" : "/grpc/address"), "InvalidAddress",
               is_http ? "this is no URL of a server" : "this is no address of a server",
               is_http ? sdk::get_string(*http, "url") : sdk::get_string(*grpc, "address"),
               is_http ? "http://auth.example.com:8080/check" : "auth.example.com:9001"});
  }
  (void)sdk::checked_duration(http != nullptr ? *http : *grpc, "connectionTimeout", sdk::Least::kAboveZero,
                              field + (http != nullptr ? "/http" : "/grpc"), out);
  if (http != nullptr) check_http(pass, *http, field, out);
}

Json server_upstream(const Json& pass, const std::string& ns, const std::string& name, size_t index) {
  const Target target = target_of(pass).value_or(Target{});
  Json spec{
      {"static", {{"hosts", Json::array({{{"addr", target.host}, {"port", target.port}}})}, {"useTls", target.tls}}}};
  if (pass.contains("grpc")) spec["useHttp2"] = true;
  return {{"apiVersion", "gloo.solo.io/v1"},
          {"kind", "Upstream"},
          {"metadata", {{"name", "auth-config-" + name + "-" + std::to_string(index)}, {"namespace", ns}}},
          {"spec", std::move(spec)}};
}

std::string server_cluster(const std::string& ns, const std::string& name, size_t index) {
  return "auth-config-" + name + "-" + std::to_string(index) + "_" + ns;
}

Json pass_through_service(const Json& pass, const std::string& cluster) {
  if (const Json* http = sdk::find(pass, "http")) return {{"httpService", http_service(*http, cluster)}};
  const Json grpc = pass.value("grpc", Json::object());
  const auto timeout = sdk::get_duration(grpc, "connectionTimeout");
  return {{"grpcService",
           {{"envoyGrpc", {{"clusterName", cluster}}},
            {"timeout", timeout ? sdk::get_string(grpc, "connectionTimeout") : kPassThroughTimeout}}}};
}

}  // namespace solder::plugins::ext_auth
