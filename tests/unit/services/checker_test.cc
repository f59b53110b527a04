// check(): each kind of rule with a value that holds it and one that does not, taken from Envoy's own messages.
#include <gtest/gtest.h>

#include "core/services/message_types.h"

namespace solder::services::checker_test {
namespace {

const MessageTypes& types() {
  static const MessageTypes kTypes;
  return kTypes;
}

// What check() says of a message given as JSON; "" where it holds.
std::string verdict(std::string_view name, std::string_view json) {
  const auto* type = types().find(name);
  if (type == nullptr) return "no such type";
  const auto wire = types().json_to_wire(*type, json);
  if (!wire.ok()) return "not encoded: " + wire.status().message();
  return types().check(*type, wire->bytes).message();
}

struct Case {
  const char* type;
  const char* good;
  const char* bad;
  const char* message;
};

class Rules : public ::testing::TestWithParam<Case> {};

TEST_P(Rules, AreHeldAndBroken) {
  const Case& c = GetParam();
  EXPECT_EQ(verdict(c.type, c.good), "");
  EXPECT_EQ(verdict(c.type, c.bad), std::string(c.type) + ": " + c.message);
}

constexpr const char* kCluster = "envoy.config.cluster.v3.Cluster";
constexpr const char* kVirtualHost = "envoy.config.route.v3.VirtualHost";
constexpr const char* kRoute = "envoy.config.route.v3.Route";
constexpr const char* kAddress = "envoy.config.core.v3.SocketAddress";

INSTANTIATE_TEST_SUITE_P(
    OfEnvoy, Rules,
    ::testing::Values(
        // string min_len on a field that is not there, and on one that is empty
        Case{kCluster, R"({"name":"a"})", R"({})", "name: found \"\", expected a text that is not empty"},
        Case{kVirtualHost, R"({"name":"a","domains":["*"]})", R"({"name":"a","domains":["a\nb"]})",
             "domains[0]: found \"a\\nb\", expected an HTTP header value without line breaks"},
        // repeated min_items, present and absent
        Case{kVirtualHost, R"({"name":"a","domains":["*"]})", R"({"name":"a"})",
             "domains: found 0 entries, expected at least 1"},
        // duration gt
        Case{kCluster, R"({"name":"a","connectTimeout":"1s"})", R"({"name":"a","connectTimeout":"0s"})",
             "connect_timeout: found 0s, expected more than 0s"},
        // enum defined_only
        Case{kCluster, R"({"name":"a","lbPolicy":"RANDOM"})", R"({"name":"a","lbPolicy":99})",
             "lb_policy: found 99, expected a value of envoy.config.cluster.v3.Cluster.LbPolicy"},
        // message.required and a required oneof
        Case{kRoute, R"({"match":{"prefix":"/"},"redirect":{}})", R"({"redirect":{}})",
             "match: is missing, expected a value"},
        Case{kRoute, R"({"match":{"path":""},"nonForwardingAction":{}})", R"({"match":{"path":""}})",
             "has no action, expected one of route, redirect, direct_response, filter_action, non_forwarding_action"},
        // numbers
        Case{kAddress, R"({"address":"a","portValue":65535})", R"({"address":"a","portValue":65536})",
             "port_value: found 65536, expected at most 65535"},
        Case{kRoute, R"({"match":{"prefix":"/"},"directResponse":{"status":200}})",
             R"({"match":{"prefix":"/"},"directResponse":{"status":600}})",
             "direct_response.status: found 600, expected less than 600"},
        Case{"envoy.type.v3.Percent", R"({"value":100})", R"({"value":100.5})",
             "value: found 100.5, expected at most 100"},
        // a rule on a wrapper's value, told at the wrapper
        Case{kCluster, R"({"name":"a","outlierDetection":{"maxEjectionPercent":100}})",
             R"({"name":"a","outlierDetection":{"maxEjectionPercent":101}})",
             "outlier_detection.max_ejection_percent: found 101, expected at most 100"},
        // a wrapper that is required, of a value that is not written because it is false
        Case{"envoy.extensions.filters.http.health_check.v3.HealthCheck", R"({"passThroughMode":false})", R"({})",
             "pass_through_mode: is missing, expected a value"},
        // header names and values
        Case{"envoy.config.core.v3.HeaderValue", R"({"key":":path","value":"a\tb"})", R"({"key":"a\nb"})",
             "key: found \"a\\nb\", expected an HTTP header name without line breaks"},
        Case{"envoy.config.core.v3.HeaderValue", R"({"key":"k","value":""})", R"({"key":"k","value":"a\rb"})",
             "value: found \"a\\rb\", expected an HTTP header value without line breaks"},
        // a header name that may stay unset
        Case{"envoy.config.route.v3.RouteConfiguration", R"({"name":"r"})", R"({"name":"r","vhostHeader":"a\nb"})",
             "vhost_header: found \"a\\nb\", expected an HTTP header name without line breaks"},
        // map keys
        Case{"envoy.config.core.v3.Metadata", R"({"filterMetadata":{"a":{}}})", R"({"filterMetadata":{"":{}}})",
             "filter_metadata[]: found \"\", expected a text that is not empty"},
        // any.required
        Case{"envoy.config.core.v3.TypedExtensionConfig",
             R"({"name":"n","typedConfig":{"@type":"type.googleapis.com/google.protobuf.Empty","value":{}}})",
             R"({"name":"n"})", "typed_config: is missing, expected a value"},
        // inside an Any, inside a list
        Case{
            "envoy.config.listener.v3.FilterChain",
            R"({"filters":[{"name":"n","typedConfig":{"@type":"type.googleapis.com/envoy.type.v3.Percent","value":1}}]})",
            R"({"filters":[{"name":"n","typedConfig":{"@type":"type.googleapis.com/envoy.type.v3.Percent","value":-1}}]})",
            "filters[0].typed_config[envoy.type.v3.Percent].value: found -1, expected at least 0"},
        // ignore_empty
        Case{"envoy.config.route.v3.RouteAction", R"({"cluster":"a","prefixRewrite":""})",
             R"({"cluster":"a","prefixRewrite":"a\nb"})",
             "prefix_rewrite: found \"a\\nb\", expected an HTTP header value without line breaks"}));

std::string verdict_of_bytes(std::string_view name, const std::string& bytes) {
  return types().check(*types().find(name), bytes).message();
}

TEST(Checker, FindsBrokenBytes) {
  EXPECT_EQ(verdict_of_bytes("envoy.type.v3.Percent", "\x09"), "envoy.type.v3.Percent: field 1 is cut off");
  EXPECT_EQ(verdict_of_bytes("envoy.type.v3.Percent", "\x0b"),
            "envoy.type.v3.Percent: field 1 has wire type 3, which no message of proto3 uses");
  EXPECT_EQ(verdict_of_bytes("envoy.type.v3.Percent", std::string("\x0a\x00", 2)),
            "envoy.type.v3.Percent: value has wire type 2, expected 1");
  EXPECT_EQ(verdict_of_bytes("envoy.type.v3.Percent", std::string("\x78\x00", 2)),
            "envoy.type.v3.Percent: field number 15 is unknown in envoy.type.v3.Percent");
  EXPECT_EQ(verdict_of_bytes("envoy.config.core.v3.HeaderValue", "\x0a\x01\xff"),
            "envoy.config.core.v3.HeaderValue: key: the text is not UTF-8");
  EXPECT_EQ(
      verdict_of_bytes("google.protobuf.Any", "\x0a\x03x/Y"),
      "google.protobuf.Any: found the type \"x/Y\", expected the type URL of a message that this Envoy release knows");
}

TEST(Checker, SurvivesNesting) {
  std::string deep;
  for (int i = 0; i < 400; ++i) {  // an Any in an Any in an Any ...
    const std::string url = "type.googleapis.com/google.protobuf.Any";
    std::string length;
    for (size_t n = deep.size(); true; n >>= 7) {
      length += static_cast<char>(n >= 128 ? (n & 127) | 128 : n);
      if (n < 128) break;
    }
    deep = "\x0a" + std::string(1, static_cast<char>(url.size())) + url + "\x12" + length + deep;
  }
  EXPECT_NE(verdict_of_bytes("google.protobuf.Any", deep).find("nested deeper than 100 levels"), std::string::npos);
}

}  // namespace
}  // namespace solder::services::checker_test
