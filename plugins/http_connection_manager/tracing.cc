#include "parts.h"
#include "solder/sdk/cluster_name.hpp"

namespace solder::plugins::http_connection_manager {

using sdk::Json;

namespace {

constexpr const char* kConfigs = "type.googleapis.com/envoy.config.trace.v3.";

// As in Gloo, everything is traced where nothing is said.
void add_percentages(const Json& tracing, bool fractional, Json& out) {
  const Json given = tracing.value("tracePercentages", Json::object());
  for (const auto& [ours, theirs] : {std::pair{"clientSamplePercentage", "clientSampling"},
                                     {"randomSamplePercentage", "randomSampling"},
                                     {"overallSamplePercentage", "overallSampling"}}) {
    const double percent = given.value(ours, 100.0);
    if (fractional) {
      out[theirs] = {{"numerator", static_cast<uint32_t>(percent * 10'000 + 0.5)}, {"denominator", "MILLION"}};
    } else {
      out[theirs] = {{"value", percent}};
    }
  }
}

Json metadata_tag(const Json& tag) {
  static const std::pair<const char*, const char*> kKinds[] = {
      {"REQUEST", "request"}, {"ENDPOINT", "host"}, {"HOST", "host"}, {"CLUSTER", "cluster"}, {"ROUTE", "route"}};
  const std::string wanted = sdk::get_string(tag, "kind");
  const char* kind = "request";
  for (const auto& [name, envoys] : kKinds) {
    if (wanted == name) kind = envoys;
  }
  const Json value = tag.value("value", Json::object());
  const std::string key = sdk::get_string(value, "key");
  const std::string delimiter = sdk::get_string(value, "nestedFieldDelimiter");
  Json path = Json::array();
  for (size_t begin = 0; begin <= key.size();) {
    const size_t end = delimiter.empty() ? std::string::npos : key.find(delimiter, begin);
    path.push_back({{"key", key.substr(begin, end == std::string::npos ? end : end - begin)}});
    if (end == std::string::npos) break;
    begin = end + delimiter.size();
  }
  Json metadata{{"kind", {{kind, Json::object()}}},
                {"metadataKey", {{"key", sdk::get_string(value, "namespace")}, {"path", std::move(path)}}}};
  if (const Json* fallback = sdk::find(tag, "defaultValue")) metadata["defaultValue"] = *fallback;
  return {{"tag", sdk::get_string(tag, "tag")}, {"metadata", std::move(metadata)}};
}

Json custom_tags(const Json& tracing) {
  Json tags = Json::array();
  for (const auto& header : sdk::get_strings(tracing, "requestHeadersForTags")) {
    tags.push_back({{"tag", header}, {"requestHeader", {{"name", header}}}});
  }
  for (const Json& variable : tracing.value("environmentVariablesForTags", Json::array())) {
    Json environment{{"name", sdk::get_string(variable, "name")}};
    if (const Json* fallback = sdk::find(variable, "defaultValue")) environment["defaultValue"] = *fallback;
    tags.push_back({{"tag", sdk::get_string(variable, "tag")}, {"environment", std::move(environment)}});
  }
  for (const Json& literal : tracing.value("literalsForTags", Json::array())) {
    tags.push_back(
        {{"tag", sdk::get_string(literal, "tag")}, {"literal", {{"value", sdk::get_string(literal, "value")}}}});
  }
  for (const Json& metadata : tracing.value("metadataForTags", Json::array())) tags.push_back(metadata_tag(metadata));
  return tags;
}

// The collector's cluster; empty where its upstream is not there, which is a warning, as in Gloo.
std::string collector(const Json& config, const std::string& field, sdk::Out& out) {
  if (const std::string cluster = sdk::get_string(config, "clusterName"); !cluster.empty()) return cluster;
  const Json* ref = sdk::find(config, "collectorUpstreamRef");
  if (ref == nullptr) {
    out.error({field, "MissingField", "a tracer needs a collector", "", "collectorUpstreamRef or clusterName"});
    return "";
  }
  const std::string name = sdk::get_string(*ref, "name");
  const std::string ns = sdk::get_string(*ref, "namespace");
  const sdk::Ref upstream{"Upstream", ns, name};
  if (out.lookup(upstream)) return sdk::cluster_name(upstream);
  const std::string message = "Upstream " + ns + "/" + name + " is not there; nothing is traced until it comes";
  const std::string found = ns + "/" + name;
  out.warning({field + "/collectorUpstreamRef", "UpstreamNotFound", message, found, "", upstream});
  return "";
}

Json zipkin(const Json& config, const std::string& cluster) {
  Json out{{"@type", std::string(kConfigs) + "ZipkinConfig"},
           {"collectorCluster", cluster},
           {"collectorEndpoint", config.value("collectorEndpoint", std::string("/api/v2/spans"))},
           {"collectorEndpointVersion", config.value("collectorEndpointVersion", std::string("HTTP_JSON"))}};
  if (const Json* wide = sdk::find(config, "traceId128bit")) out["traceId128bit"] = *wide;
  if (const Json* shared = sdk::find(config, "sharedSpanContext")) out["sharedSpanContext"] = *shared;
  return {{"name", "envoy.tracers.zipkin"}, {"typedConfig", std::move(out)}};
}

Json datadog(const Json& config, const std::string& cluster) {
  Json out{{"@type", std::string(kConfigs) + "DatadogConfig"},
           {"collectorCluster", cluster},
           {"serviceName", config.value("serviceName", std::string("solder"))}};
  if (const Json* host = sdk::find(config, "collectorHostname")) out["collectorHostname"] = *host;
  return {{"name", "envoy.tracers.datadog"}, {"typedConfig", std::move(out)}};
}

Json open_telemetry(const Json& config, const std::string& cluster, const std::string& service) {
  Json grpc{{"clusterName", cluster}};
  const Json options = config.value("grpcService", Json::object());
  if (const std::string authority = sdk::get_string(options, "authority"); !authority.empty()) {
    grpc["authority"] = authority;
  }
  const std::string name = sdk::get_string(config, "serviceName");
  const Json out{{"@type", std::string(kConfigs) + "OpenTelemetryConfig"},
                 {"grpcService", {{"envoyGrpc", std::move(grpc)}}},
                 {"serviceName", name.empty() ? service : name}};
  return {{"name", "envoy.tracers.opentelemetry"}, {"typedConfig", out}};
}

}  // namespace

Json listener_tracing(const Json& tracing, const std::string& service, sdk::Out& out) {
  Json result = Json::object();
  if (tracing.contains("openCensusConfig")) {
    out.error({"/tracing/openCensusConfig", "NotServed", "Envoy has no OpenCensus any more", "",
               "openTelemetryConfig, with the collector's OTLP port"});
    return nullptr;
  }
  for (const char* provider : {"zipkinConfig", "datadogConfig", "openTelemetryConfig"}) {
    const Json* config = sdk::find(tracing, provider);
    if (config == nullptr) continue;
    const std::string cluster = collector(*config, std::string("/tracing/") + provider, out);
    if (cluster.empty()) return nullptr;
    if (*provider == 'z') result["provider"] = zipkin(*config, cluster);
    if (*provider == 'd') result["provider"] = datadog(*config, cluster);
    if (*provider == 'o') result["provider"] = open_telemetry(*config, cluster, service);
  }
  if (Json tags = custom_tags(tracing); !tags.empty()) result["customTags"] = std::move(tags);
  if (sdk::get_bool(tracing, "verbose").value_or(false)) result["verbose"] = true;
  // Gloo says this, set or not.
  result["spawnUpstreamSpan"] = sdk::get_bool(tracing, "spawnUpstreamSpan").value_or(false);
  add_percentages(tracing, false, result);
  return result;
}

Json route_tracing(const Json& tracing) {
  Json route{{"tracing", Json::object()}};
  add_percentages(tracing, true, route["tracing"]);
  const std::string descriptor = sdk::get_string(tracing, "routeDescriptor");
  if (!descriptor.empty()) {
    route["decorator"] = {{"operation", descriptor}};
    if (const Json* propagate = sdk::find(tracing, "propagate")) route["decorator"]["propagate"] = *propagate;
  }
  return route;
}

}  // namespace solder::plugins::http_connection_manager
