// Wire → JSON: round trips over Envoy's own types, protobuf's printer as the judge of equal content, and broken bytes.
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/services/message_types.h"

namespace solder::services::json_printer_test {
namespace {

const MessageTypes& types() {
  static const MessageTypes kTypes;
  return kTypes;
}

const google::protobuf::Descriptor& type(std::string_view name) {
  const auto* found = types().find(name);
  if (found == nullptr) throw std::runtime_error("no such type: " + std::string(name));
  return *found;
}

// What protobuf prints for the same bytes.
std::string judge(const google::protobuf::Descriptor& descriptor, const std::string& bytes) {
  const std::unique_ptr<google::protobuf::util::TypeResolver> resolver(
      google::protobuf::util::NewTypeResolverForDescriptorPool("type.googleapis.com", descriptor.file()->pool()));
  std::string out;
  const auto status = google::protobuf::util::BinaryToJsonString(
      resolver.get(), "type.googleapis.com/" + descriptor.full_name(), bytes, &out);
  return status.ok() ? out : "judge: " + std::string(status.message());
}

struct Case {
  const char* type;
  const char* json;
};

class RoundTrip : public ::testing::TestWithParam<Case> {};

TEST_P(RoundTrip, KeepsEverything) {
  const auto& descriptor = type(GetParam().type);
  const auto wire = types().json_to_wire(descriptor, GetParam().json);
  ASSERT_TRUE(wire.ok()) << wire.status().message();
  const auto printed = types().wire_to_json(descriptor, wire->bytes);
  ASSERT_TRUE(printed.ok()) << printed.status().message();
  EXPECT_EQ(nlohmann::json::parse(*printed), nlohmann::json::parse(GetParam().json)) << *printed;
  EXPECT_EQ(nlohmann::json::parse(*printed), nlohmann::json::parse(judge(descriptor, wire->bytes)));
  const auto again = types().json_to_wire(descriptor, *printed);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->bytes, wire->bytes);
}

INSTANTIATE_TEST_SUITE_P(
    EnvoyTypes, RoundTrip,
    ::testing::Values(
        Case{
            "envoy.config.cluster.v3.Cluster",
            R"({"name":"petstore_gloo-system","type":"STRICT_DNS","connectTimeout":"5s","dnsLookupFamily":"V4_ONLY","metadata":{},
                 "loadAssignment":{"clusterName":"petstore","endpoints":[{"lbEndpoints":[{"endpoint":{"hostname":"a.b","address":
                   {"socketAddress":{"address":"a.b","portValue":443}},"healthCheckConfig":{"hostname":"a.b"}},
                   "metadata":{"filterMetadata":{"envoy.transport_socket_match":{"a;b:443":true,"n":1.5,"z":null,"l":["x",{}]}}}}]}]},
                 "transportSocket":{"name":"envoy.transport_sockets.tls","typedConfig":{
                   "@type":"type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext","sni":"a.b",
                   "commonTlsContext":{"alpnProtocols":["h2"],"validationContext":{"trustedCa":{"inlineBytes":"AAECAw=="}}}}},
                 "circuitBreakers":{"thresholds":[{"maxConnections":0,"maxRequests":7}]},"commonLbConfig":{"healthyPanicThreshold":{"value":12.5}}})"},
        Case{"envoy.config.route.v3.RouteConfiguration",
             R"({"name":"listener-::-8080-routes","virtualHosts":[{"name":"d_vs","domains":["*"],"routes":[
                  {"match":{"safeRegex":{"regex":"/a.*"},"headers":[{"name":":method","stringMatch":{"safeRegex":{"regex":"GET|POST"}},"invertMatch":true}],
                            "queryParameters":[{"name":"q","presentMatch":false}]},
                   "route":{"weightedClusters":{"clusters":[{"name":"a","weight":1},{"name":"b","weight":0}]},"timeout":"0.000001s",
                            "retryPolicy":{"retryOn":"5xx","numRetries":3,"retriableStatusCodes":[503,504]},
                            "hashPolicy":[{"header":{"headerName":"x"},"terminal":true}],"upgradeConfigs":[{"upgradeType":"websocket","enabled":false}]},
                   "typedPerFilterConfig":{"envoy.filters.http.cors":{"@type":"type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy",
                     "allowCredentials":true},"x":{"@type":"type.googleapis.com/google.protobuf.StringValue","value":"s"}}},
                  {"match":{"prefix":"/"},"redirect":{"httpsRedirect":false,"responseCode":"FOUND"}},
                  {"match":{"path":""},"directResponse":{"status":404,"body":{"inlineString":"no \"\u001f\n\\ é 漢"}}}]}]})"},
        Case{
            "envoy.config.listener.v3.Listener",
            R"({"name":"l","address":{"socketAddress":{"address":"::","portValue":8080,"ipv4Compat":true}},"filterChains":[{"filterChainMatch":{"serverNames":["a"],
                 "sourcePrefixRanges":[{"addressPrefix":"10.0.0.0","prefixLen":8}]},"filters":[{"name":"envoy.filters.network.http_connection_manager","typedConfig":
                 {"@type":"type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager","statPrefix":"http",
                  "rds":{"configSource":{"ads":{},"resourceApiVersion":"V3"},"routeConfigName":"r"},"normalizePath":true,"httpFilters":[
                  {"name":"f","typedConfig":{"@type":"type.googleapis.com/xds.type.v3.TypedStruct","typeUrl":"type.googleapis.com/a.B","value":{"a":{"b":[1,"x"]}}}}]}}]}]})"},
        Case{"envoy.config.core.v3.RuntimeFractionalPercent",
             R"({"defaultValue":{"numerator":5,"denominator":"MILLION"},"runtimeKey":"k"})"},
        Case{
            "envoy.service.discovery.v3.DeltaDiscoveryRequest",
            R"({"node":{"id":"n","metadata":{"role":"a~b"},"locality":{"zone":"z"}},"initialResourceVersions":{"a":"1","b":""},"resourceNamesSubscribe":["*"]})"},
        Case{
            "google.rpc.Status",
            R"({"code":3,"message":"m","details":[{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.500s"}]})"},
        Case{"envoy.admin.v3.ServerInfo", R"({"version":"x","state":"DRAINING","uptimeCurrentEpoch":"3600s"})"},
        Case{"envoy.data.accesslog.v3.AccessLogCommon",
             R"({"startTime":"2024-01-31T12:00:00.123456789Z","sampleRate":0.25,"responseFlags":{}})"},
        Case{
            "envoy.config.endpoint.v3.UpstreamLocalityStats",
            R"({"totalSuccessfulRequests":"18446744073709551615","loadMetricStats":[{"metricName":"m","totalMetricValue":1e-7}]})"}));

TEST(JsonPrinter, LeavesOutZerosWithoutPresence) {
  const auto printed =
      types().wire_to_json(type("envoy.config.core.v3.HeaderValue"), std::string("\x0a\x00\x12\x01v", 5));
  ASSERT_TRUE(printed.ok());
  EXPECT_EQ(*printed, R"({"value":"v"})");
}

TEST(JsonPrinter, TakesTheLastOfARepeatedSingularAndJoinsSplitMessages) {
  // ClusterLoadAssignment: cluster_name twice; policy (4) in two parts: overprovisioning_factor (3), drop_overloads
  // (2).
  std::string bytes(
      "\x0a\x01"
      "a"
      "\x0a\x01"
      "b"
      "\x22\x04\x1a\x02\x08\x64"
      "\x22\x02\x12\x00",
      16);
  const auto& descriptor = type("envoy.config.endpoint.v3.ClusterLoadAssignment");
  const auto printed = types().wire_to_json(descriptor, bytes);
  ASSERT_TRUE(printed.ok()) << printed.status().message();
  EXPECT_EQ(*printed, R"({"clusterName":"b","policy":{"dropOverloads":[{}],"overprovisioningFactor":100}})");
}

TEST(JsonPrinter, TakesTheLastMemberOfAOneof) {
  // DataSource: filename (1), inline_string (3), filename again.
  const std::string bytes(
      "\x0a\x01"
      "a"
      "\x1a\x01"
      "s"
      "\x0a\x01"
      "b",
      9);
  EXPECT_EQ(types().wire_to_json(type("envoy.config.core.v3.DataSource"), bytes).value(), R"({"filename":"b"})");
  EXPECT_EQ(types().wire_to_json(type("envoy.config.core.v3.DataSource"), bytes.substr(0, 6)).value(),
            R"({"inlineString":"s"})");
}

TEST(JsonPrinter, PrintsAnUnknownTypeAsBase64) {
  const std::string bytes(
      "\x0a\x03"
      "x/Y"
      "\x12\x01"
      "a",
      8);
  EXPECT_EQ(types().wire_to_json(type("google.protobuf.Any"), bytes).value(), R"({"@type":"x/Y","value":"YQ=="})");
}

TEST(JsonPrinter, SaysWhereBytesAreBroken) {
  const auto& cluster = type("envoy.config.cluster.v3.Cluster");
  EXPECT_EQ(types()
                .wire_to_json(cluster,
                              "\x0a\x05"
                              "a")
                .status()
                .message(),
            "envoy.config.cluster.v3.Cluster: field 1 is cut off");
  EXPECT_EQ(types().wire_to_json(cluster, "\x0a\x01\xff").status().message(),
            "envoy.config.cluster.v3.Cluster.name: the string is not UTF-8");
}

TEST(JsonPrinter, BoundsNesting) {
  std::string deep;  // a ListValue in a Value in a ListValue ...
  for (int i = 0; i < 200; ++i) {
    for (const char tag : {'\x32', '\x0a'}) {
      std::string length;
      for (size_t n = deep.size(); true; n >>= 7) {
        length += static_cast<char>(n >= 128 ? (n & 127) | 128 : n);
        if (n < 128) break;
      }
      deep = tag + length + deep;
    }
  }
  const auto printed = types().wire_to_json(type("google.protobuf.ListValue"), deep);
  ASSERT_FALSE(printed.ok());
  EXPECT_NE(printed.status().message().find("nested too deep"), std::string::npos);
}

}  // namespace
}  // namespace solder::services::json_printer_test
