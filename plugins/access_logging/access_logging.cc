// accessLoggingService logs requests (in the connection manager), listenerAccessLoggingService connections.
// Source: Gloo's options/als; Envoy AccessLog, FileAccessLog, HttpGrpcAccessLogConfig, OpenTelemetryAccessLogConfig.
// Tested by plugins/access_logging/testdata and tests/e2e/listener_test.py.
#include "log_filter.h"

namespace solder::plugins::access_logging {

using sdk::Json;

namespace {

constexpr const char* kTypes = "type.googleapis.com/envoy.extensions.access_loggers.";
constexpr const char* kFormatters = "type.googleapis.com/envoy.extensions.formatter.";
constexpr const char* kClusterType = "type.googleapis.com/envoy.config.cluster.v3.Cluster";

// As in Gloo, %REQ_WITHOUT_QUERY% and %METADATA% can be used in every format.
Json formatters() {
  return Json::array({{{"name", "envoy.formatter.req_without_query"},
                       {"typedConfig", {{"@type", std::string(kFormatters) + "req_without_query.v3.ReqWithoutQuery"}}}},
                      {{"name", "envoy.formatter.metadata"},
                       {"typedConfig", {{"@type", std::string(kFormatters) + "metadata.v3.Metadata"}}}}});
}

Json file_log(const Json& sink, const std::string& field, sdk::Out& out) {
  const std::string path = sdk::get_string(sink, "path");
  if (path.empty()) out.error({field + "/path", "MissingField", "a file needs a path"});
  Json config{{"@type", std::string(kTypes) + "file.v3.FileAccessLog"}, {"path", path}};
  Json format = Json::object();
  if (const std::string line = sdk::get_string(sink, "stringFormat"); !line.empty()) {
    format["textFormatSource"] = {{"inlineString", line}};
  }
  if (const Json* object = sdk::find(sink, "jsonFormat")) format["jsonFormat"] = *object;
  if (!format.empty()) {
    format["formatters"] = formatters();
    config["logFormat"] = std::move(format);
  }
  return {{"name", "envoy.access_loggers.file"}, {"typedConfig", std::move(config)}};
}

Json grpc_log(const Json& service, const std::string& field, sdk::Out& out) {
  const std::string cluster = sdk::get_string(service, "staticClusterName");
  if (cluster.empty())
    out.error({field + "/staticClusterName", "MissingField", "an access log service needs a cluster"});
  if (sdk::get_string(service, "logName").empty())
    out.error({field + "/logName", "MissingField", "a log needs a name"});
  Json common{{"logName", sdk::get_string(service, "logName")},
              {"transportApiVersion", "V3"},
              {"grpcService", {{"envoyGrpc", {{"clusterName", cluster}}}}}};
  if (const Json* state = sdk::find(service, "filterStateObjectsToLog")) common["filterStateObjectsToLog"] = *state;
  Json config{{"@type", std::string(kTypes) + "grpc.v3.HttpGrpcAccessLogConfig"}, {"commonConfig", std::move(common)}};
  for (const char* list :
       {"additionalRequestHeadersToLog", "additionalResponseHeadersToLog", "additionalResponseTrailersToLog"}) {
    if (const Json* names = sdk::find(service, list)) config[list] = *names;
  }
  return {{"name", "envoy.access_loggers.http_grpc"}, {"typedConfig", std::move(config)}};
}

// "host:port"; port 0 where there is none.
std::pair<std::string, uint32_t> host_and_port(const std::string& endpoint) {
  const size_t colon = endpoint.rfind(':');
  if (colon == std::string::npos || colon == 0) return {endpoint, 0};
  uint64_t port = 0;
  for (const char c : endpoint.substr(colon + 1)) {
    if (c < '0' || c > '9') return {endpoint, 0};
    port = port * 10 + static_cast<uint64_t>(c - '0');
    if (port > 65'535) return {endpoint, 0};
  }
  return {endpoint.substr(0, colon), static_cast<uint32_t>(port)};
}

// The collector gets a cluster of its own, named as in Gloo.
void collector_cluster(const std::string& name, const Json& collector, const std::string& field, sdk::Out& out) {
  const auto [host, port] = host_and_port(sdk::get_string(collector, "endpoint"));
  if (host.empty() || port == 0) {
    return out.error({field + "/endpoint", "InvalidValue", "a collector is reached at a host and a port",
                      sdk::get_string(collector, "endpoint"), "host:port"});
  }
  const Json address{{"socketAddress", {{"address", host}, {"portValue", port}}}};
  Json cluster{
      {"name", name},
      {"type", "STRICT_DNS"},
      {"connectTimeout", "5s"},
      {"typedExtensionProtocolOptions",
       {{"envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
         {{"@type", "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"},
          {"explicitHttpConfig", {{"http2ProtocolOptions", Json::object()}}}}}}},
      {"loadAssignment",
       {{"clusterName", name},
        {"endpoints", Json::array({{{"lbEndpoints", Json::array({{{"endpoint", {{"address", address}}}}})}}})}}}};
  if (!sdk::get_bool(collector, "insecure").value_or(false)) {
    cluster["transportSocket"] = {
        {"name", "envoy.transport_sockets.tls"},
        {"typedConfig",
         {{"@type", "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"},
          {"commonTlsContext", {{"tlsParams", Json::object()}}},
          {"sni", host}}}};
  }
  out.fragment_json("resource/" + name, cluster.dump(), kClusterType, field);
}

Json otel_log(const Json& service, const std::string& field, sdk::Out& out) {
  const std::string name = sdk::get_string(service, "logName");
  if (name.empty()) out.error({field + "/logName", "MissingField", "a log needs a name"});
  const Json collector = service.value("collector", Json::object());
  if (collector.contains("sslConfig")) {
    out.error({field + "/collector/sslConfig", "NotServed",
               "TLS settings of a collector are not served; its name is checked against the system's certificates"});
  }
  const std::string cluster = "solo_io_generated_otel_logs_" + name;
  collector_cluster(cluster, collector, field + "/collector", out);
  Json grpc{{"envoyGrpc", {{"clusterName", cluster}}}};
  if (const std::string authority = sdk::get_string(collector, "authority"); !authority.empty()) {
    grpc["envoyGrpc"]["authority"] = authority;
  }
  if (const Json* timeout = sdk::find(collector, "timeout")) grpc["timeout"] = *timeout;
  if (const Json* headers = sdk::find(collector, "headers")) grpc["initialMetadata"] = *headers;
  Json config{{"@type", std::string(kTypes) + "open_telemetry.v3.OpenTelemetryAccessLogConfig"},
              {"commonConfig", {{"logName", name}, {"transportApiVersion", "V3"}, {"grpcService", std::move(grpc)}}}};
  for (const char* part : {"body", "attributes", "resourceAttributes", "disableBuiltinLabels"}) {
    if (const Json* value = sdk::find(service, part)) config[part] = *value;
  }
  return {{"name", "envoy.access_loggers.open_telemetry"}, {"typedConfig", std::move(config)}};
}

Json access_log(const Json& log, const std::string& field, sdk::Out& out) {
  Json result = Json::object();
  if (const Json* sink = sdk::find(log, "fileSink")) {
    result = file_log(*sink, field + "/fileSink", out);
  } else if (const Json* service = sdk::find(log, "grpcService")) {
    result = grpc_log(*service, field + "/grpcService", out);
  } else if (const Json* collector = sdk::find(log, "openTelemetryService")) {
    result = otel_log(*collector, field + "/openTelemetryService", out);
  } else {
    out.error(
        {field, "MissingField", "a log must say where it goes", "", "fileSink, grpcService or openTelemetryService"});
  }
  if (const Json* filter = sdk::find(log, "filter")) result["filter"] = log_filter(*filter, field + "/filter", out);
  return result;
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    Json logs = Json::array();
    const Json list = value.value("accessLog", Json::array());
    for (size_t i = 0; i < list.size(); ++i)
      logs.push_back(access_log(list[i], "/accessLog/" + std::to_string(i), out));
    if (out.failed() || logs.empty()) return;
    const std::string fragment = Json{{"accessLog", std::move(logs)}}.dump();
    if (in.key != "accessLoggingService") {
      out.fragment_json("listener", fragment);
      return;
    }
    // Requests of HTTP parts, connections of TCP parts.
    out.fragment_json("hcm", fragment);
    out.fragment_json("tcp_proxy", fragment);
  }
};

}  // namespace solder::plugins::access_logging

SOLDER_PLUGIN(solder::plugins::access_logging::Plugin, "access_logging", "1.0.0")
