// healthChecks. Gloo's message is nearly Envoy's, so these go as JSON: what differs is written here, the rest is taken
// over by name. Source: Gloo's copy of Envoy's HealthCheck; Envoy core.v3.HealthCheck.
#include <array>
#include <string>

#include "parts.h"
#include "solder/sdk/checked.hpp"
#include "solder/sdk/header_rules.hpp"

namespace solder::plugins::health {

using sdk::Json;
using sdk::Least;

namespace {

constexpr std::array<const char*, 6> kAboveZero = {
    "timeout", "interval", "noTrafficInterval", "unhealthyInterval", "unhealthyEdgeInterval", "healthyEdgeInterval"};
constexpr std::array<const char*, 2> kNotNegative = {"initialJitter", "intervalJitter"};
constexpr std::array<const char*, 6> kAsTheyAre = {"intervalJitterPercent", "unhealthyThreshold",
                                                   "healthyThreshold",      "reuseConnection",
                                                   "eventLogPath",          "alwaysLogHealthCheckFailures"};
constexpr int64_t kFirstStatus = 100, kAfterLastStatus = 600;

void require(const Json& check, const char* name, const std::string& at, const char* expected, sdk::Out& out) {
  if (sdk::find(check, name) == nullptr)
    out.error({at + "/" + name, "MissingField", "a health check needs its " + std::string(name), "", expected});
}

// The headers of a check's request, in Envoy's form.
Json headers(const Json& list, const std::string& at, sdk::Out& out) {
  Json result = Json::array();
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string here = at + "/" + std::to_string(i);
    const Json* header = sdk::find(list[i], "header");
    if (header == nullptr) {
      const bool secret = sdk::find(list[i], "headerSecretRef") != nullptr;
      out.error({here, secret ? "SecretHeaderNotServed" : "MissingField",
                 secret ? "headers from a Secret are not served: the value would stand in Envoy's clusters in clear"
                        : "a header to add needs its key and value",
                 "", "header: {key, value}"});
      continue;
    }
    sdk::check_header(sdk::get_string(*header, "key"), sdk::get_string(*header, "value"), here + "/header", out);
    Json option = {{"header", *header}};
    if (!sdk::get_bool(list[i], "append").value_or(true)) option["appendAction"] = "OVERWRITE_IF_EXISTS_OR_ADD";
    result.push_back(std::move(option));
  }
  return result;
}

void check_statuses(const Json& ranges, const std::string& at, sdk::Out& out) {
  for (size_t i = 0; i < ranges.size(); ++i) {
    const int64_t start = ranges[i].value("start", int64_t{0}), end = ranges[i].value("end", int64_t{0});
    if (start >= kFirstStatus && end <= kAfterLastStatus && start < end) continue;
    out.error({at + "/" + std::to_string(i), "InvalidValue",
               "this is no range of HTTP statuses; its end is not part of it",
               std::to_string(start) + " to " + std::to_string(end), "such as start: 200, end: 300"});
  }
}

Json http_check(const Json& value, const std::string& at, sdk::Out& out) {
  Json check = Json::object();
  if (sdk::get_string(value, "path").empty())
    out.error(
        {at + "/path", "MissingField", "an HTTP health check needs the path that it asks for", "", "such as /healthz"});
  for (const char* name : {"host", "path", "requestHeadersToRemove", "expectedStatuses", "method"}) {
    if (const Json* member = sdk::find(value, name)) check[name] = *member;
  }
  if (const Json* list = sdk::find(value, "requestHeadersToAdd"))
    check["requestHeadersToAdd"] = headers(*list, at + "/requestHeadersToAdd", out);
  if (const Json* ranges = sdk::find(value, "expectedStatuses")) check_statuses(*ranges, at + "/expectedStatuses", out);
  if (sdk::get_bool(value, "useHttp2").value_or(false)) check["codecClientType"] = "HTTP2";
  if (const std::string name = sdk::get_string(value, "serviceName"); !name.empty())
    check["serviceNameMatcher"] = {{"prefix", name}};
  if (sdk::get_string(value, "method") == "CONNECT") {
    out.error({at + "/method", "InvalidValue", "a health check cannot be a CONNECT request", "CONNECT", "GET"});
  }
  if (sdk::find(value, "responseAssertions") != nullptr) {
    out.warning({at + "/responseAssertions", "NotServed",
                 "Envoy does not look into a health check's answer by expression; the status decides", "",
                 "expectedStatuses"});
  }
  return check;
}

// Envoy refuses a cluster with gRPC checks that does not speak HTTP/2.
void check_http2(const Json& options, const sdk::Ref& object, const std::string& at, sdk::Out& out) {
  if (sdk::get_bool(options, "useHttp2").value_or(false)) return;
  if (sdk::get_string(options, "protocolSelection") == "USE_DOWNSTREAM_PROTOCOL") return;
  if (const auto upstream = out.lookup(object)) {  // a type's own way of saying that it speaks gRPC
    for (const Json& type : sdk::parse_json(*upstream).value("spec", Json::object())) {
      for (const char* name : {"serviceSpec", "service_spec"}) {
        if (type.is_object() && type.contains(name) && type[name].contains("grpc")) return;
      }
    }
  }
  out.error({at, "NeedsHttp2", "gRPC health checks need an upstream that speaks HTTP/2", "", "useHttp2: true"});
}

Json grpc_check(const Json& value, const std::string& at, sdk::Out& out) {
  Json check = Json::object();
  for (const char* name : {"serviceName", "authority"}) {
    if (const Json* member = sdk::find(value, name)) check[name] = *member;
  }
  if (const Json* list = sdk::find(value, "initialMetadata"))
    check["initialMetadata"] = headers(*list, at + "/initialMetadata", out);
  return check;
}

Json custom_check(const Json& value, const std::string& at, sdk::Out& out) {
  const std::string name = sdk::get_string(value, "name");
  if (name.empty())
    out.error(
        {at + "/name", "MissingField", "a custom health check needs its name", "", "envoy.health_checkers.redis"});
  if (name.starts_with("io.solo.")) {
    out.error(
        {at + "/name", "NotServed", "this health checker is only part of Gloo's own Envoy", name, "httpHealthCheck"});
  }
  Json check = {{"name", name}};
  const Json* config = sdk::find(value, "typedConfig");
  if (config == nullptr || sdk::get_string(*config, "@type").empty()) {
    out.error({at + "/typedConfig", "MissingField", "a custom health check needs a typed configuration", "",
               "typedConfig with an @type"});
  } else {
    check["typedConfig"] = *config;
  }
  return check;
}

void add_checker(Json& check, const Json& value, const Json& options, const sdk::Ref& object, const std::string& at,
                 sdk::Out& out) {
  if (const Json* http = sdk::find(value, "httpHealthCheck")) {
    check["httpHealthCheck"] = http_check(*http, at + "/httpHealthCheck", out);
  } else if (const Json* tcp = sdk::find(value, "tcpHealthCheck")) {
    check["tcpHealthCheck"] = *tcp;
  } else if (const Json* grpc = sdk::find(value, "grpcHealthCheck")) {
    check_http2(options, object, at + "/grpcHealthCheck", out);
    check["grpcHealthCheck"] = grpc_check(*grpc, at + "/grpcHealthCheck", out);
  } else if (const Json* custom = sdk::find(value, "customHealthCheck")) {
    check["customHealthCheck"] = custom_check(*custom, at + "/customHealthCheck", out);
  } else {
    out.error({at, "MissingField", "a health check needs to know how to ask", "",
               "httpHealthCheck, tcpHealthCheck, grpcHealthCheck or customHealthCheck"});
  }
}

Json health_check(const Json& value, const Json& options, const sdk::Ref& object, const std::string& at,
                  sdk::Out& out) {
  require(value, "timeout", at, "such as 1s", out);
  require(value, "interval", at, "such as 10s", out);
  require(value, "unhealthyThreshold", at, "such as 3", out);
  require(value, "healthyThreshold", at, "such as 1", out);
  Json check = Json::object();
  for (const char* name : kAboveZero) {
    if (sdk::checked_duration(value, name, Least::kAboveZero, at, out)) check[name] = value[name];
  }
  for (const char* name : kNotNegative) {
    if (sdk::checked_duration(value, name, Least::kZero, at, out)) check[name] = value[name];
  }
  for (const char* name : kAsTheyAre) {
    if (const Json* member = sdk::find(value, name)) check[name] = *member;
  }
  add_checker(check, value, options, object, at, out);
  return check;
}

}  // namespace

void health_checks(const Json& checks, const Json& options, const sdk::Ref& object, sdk::Out& out) {
  Json list = Json::array();
  for (size_t i = 0; i < checks.size(); ++i)
    list.push_back(health_check(checks[i], options, object, "/" + std::to_string(i), out));
  if (!out.failed() && !list.empty()) out.fragment_json("cluster", Json{{"healthChecks", list}}.dump());
}

}  // namespace solder::plugins::health
