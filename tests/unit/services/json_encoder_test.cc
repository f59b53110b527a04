// JSON → wire: every form that proto3 JSON accepts, what is refused and with which words. Results are read back with
// protobuf's own DynamicMessage, so that the encoder is judged by another implementation.
#include <google/protobuf/dynamic_message.h>
#include <gtest/gtest.h>

#include "core/services/message_types.h"

namespace solder::services::json_encoder_test {
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

// Text format of what the bytes say, by protobuf.
std::string text_of(std::string_view type_name, const std::string& bytes) {
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype(&type(type_name))->New());
  if (!message->ParseFromString(bytes)) return "does not parse";
  return message->ShortDebugString();
}

struct Case {
  const char* type;
  const char* json;
  const char* text;  // protobuf's short text form
};

class Accepts : public ::testing::TestWithParam<Case> {};

TEST_P(Accepts, AndSaysTheSame) {
  const Case& c = GetParam();
  const auto wire = types().json_to_wire(type(c.type), c.json);
  ASSERT_TRUE(wire.ok()) << wire.status().message();
  EXPECT_EQ(text_of(c.type, wire->bytes), c.text) << c.json;
  EXPECT_TRUE(wire->cleared.empty());
}

constexpr const char* kRoute = "envoy.config.route.v3.Route";
constexpr const char* kAction = "envoy.config.route.v3.RouteAction";
constexpr const char* kCluster = "envoy.config.cluster.v3.Cluster";
constexpr const char* kStruct = "google.protobuf.Struct";
constexpr const char* kEndpoint = "envoy.config.core.v3.SocketAddress";
constexpr const char* kSource = "envoy.config.core.v3.DataSource";

INSTANTIATE_TEST_SUITE_P(
    Forms, Accepts,
    ::testing::Values(
        Case{kAction, R"({"prefixRewrite":"/a"})", R"(prefix_rewrite: "/a")"},
        Case{kAction, R"({"prefix_rewrite":"/a"})", R"(prefix_rewrite: "/a")"},
        Case{kAction, R"({"timeout":"1.5s"})", "timeout { seconds: 1 nanos: 500000000 }"},
        Case{kAction, R"({"timeout":"0s"})", "timeout { }"},
        Case{kAction, R"({"timeout":"-0.25s"})", "timeout { nanos: -250000000 }"},
        Case{kAction, R"({"autoHostRewrite":false})", "auto_host_rewrite { }"},
        Case{kAction, R"({"autoHostRewrite":true})", "auto_host_rewrite { value: true }"},
        Case{kAction, R"({"priority":"HIGH"})", "priority: HIGH"}, Case{kAction, R"({"priority":1})", "priority: HIGH"},
        Case{kCluster, R"({"perConnectionBufferLimitBytes":0})", "per_connection_buffer_limit_bytes { }"},
        Case{kCluster, R"({"perConnectionBufferLimitBytes":"12"})", "per_connection_buffer_limit_bytes { value: 12 }"},
        Case{kCluster, R"({"perConnectionBufferLimitBytes":1.2e1})", "per_connection_buffer_limit_bytes { value: 12 }"},
        Case{kCluster, R"({})", ""}, Case{kCluster, R"({"metadata":{}})", "metadata { }"},
        Case{kEndpoint, R"({"portValue":0})", "port_value: 0"},
        Case{kSource, R"({"inlineBytes":"/+8="})", R"(inline_bytes: "\377\357")"},
        Case{kSource, R"({"inlineBytes":"_-8"})", R"(inline_bytes: "\377\357")"},
        Case{kSource, R"({"inlineString":""})", R"(inline_string: "")"},
        Case{"google.protobuf.DoubleValue", "\"NaN\"", "value: nan"},
        Case{"google.protobuf.DoubleValue", "\"-Infinity\"", "value: -inf"},
        Case{"google.protobuf.DoubleValue", "1.5", "value: 1.5"}, Case{"google.protobuf.FloatValue", "3", "value: 3"},
        Case{"google.protobuf.Int64Value", "\"-9223372036854775808\"", "value: -9223372036854775808"},
        Case{"google.protobuf.UInt64Value", "18446744073709551615", "value: 18446744073709551615"},
        Case{"google.protobuf.BytesValue", "\"AAE=\"", R"(value: "\000\001")"},
        Case{"google.protobuf.StringValue", R"("a\u0000b")", R"(value: "a\000b")"},
        Case{"google.protobuf.Timestamp", "\"1970-01-01T01:00:00.5+01:00\"", "nanos: 500000000"},
        Case{"google.protobuf.Timestamp", "\"2024-02-29T12:30:45Z\"", "seconds: 1709209845"},
        Case{"google.protobuf.FieldMask", "\"a.bC,d\"", R"(paths: "a.b_c" paths: "d")"},
        Case{"google.protobuf.Empty", "{}", ""},
        Case{"google.protobuf.ListValue", "[1,null]", "values { number_value: 1 } values { null_value: NULL_VALUE }"},
        Case{
            kStruct, R"({"b":{"c":[true]},"a":null})",
            R"(fields { key: "a" value { null_value: NULL_VALUE } } fields { key: "b" value { struct_value { fields { key: "c" value { list_value { values { bool_value: true } } } } } } })"},
        Case{
            "envoy.config.core.v3.Metadata", R"({"filterMetadata":{"z":{},"a":{"k":"v"}}})",
            R"(filter_metadata { key: "a" value { fields { key: "k" value { string_value: "v" } } } } filter_metadata { key: "z" value { } })"}));

std::string bytes_of(std::string_view type_name, std::string_view json) {
  const auto wire = types().json_to_wire(type(type_name), json);
  EXPECT_TRUE(wire.ok()) << wire.status().message();
  return wire.ok() ? wire->bytes : std::string();
}

TEST(JsonEncoder, WritesExplicitZerosOfFieldsWithoutPresence) {
  EXPECT_EQ(bytes_of("envoy.config.core.v3.HeaderValue", R"({"key":""})"), std::string("\x0a\x00", 2));
  EXPECT_EQ(bytes_of("envoy.config.route.v3.RouteAction", R"({"priority":"DEFAULT"})"), std::string("\x58\x00", 2));
  EXPECT_EQ(bytes_of("envoy.config.route.v3.RedirectAction", R"({"stripQuery":false})"), std::string("\x30\x00", 2));
}

TEST(JsonEncoder, GivesOneOrderWhateverTheInput) {
  EXPECT_EQ(bytes_of(kCluster, R"({"name":"a","altStatName":"b","type":"EDS"})"),
            bytes_of(kCluster, R"({"type":3,"alt_stat_name":"b","name":"a"})"));
}

TEST(JsonEncoder, PacksRepeatedNumbers) {
  const std::string bytes = bytes_of("envoy.config.route.v3.RetryPolicy", R"({"retriableStatusCodes":[503,"504"]})");
  EXPECT_EQ(bytes, std::string("\x3a\x04\xf7\x03\xf8\x03"));
}

TEST(JsonEncoder, PacksAny) {
  const std::string bytes =
      bytes_of("google.protobuf.Any", R"({"value":"5s","@type":"type.googleapis.com/google.protobuf.Duration"})");
  EXPECT_EQ(text_of("google.protobuf.Any", bytes), "[type.googleapis.com/google.protobuf.Duration] { seconds: 5 }");
  const std::string route = bytes_of(
      kRoute,
      R"({"typedPerFilterConfig":{"f":{"@type":"type.googleapis.com/envoy.config.route.v3.FilterConfig","disabled":true}}})");
  EXPECT_NE(text_of(kRoute, route).find("disabled: true"), std::string::npos);
}

TEST(JsonEncoder, ReportsNullsAsFieldPaths) {
  const auto wire = types().json_to_wire(
      type(kCluster),
      R"({"connectTimeout":null,"metadata":{"filterMetadata":{"ns":null,"x":{"a":null}}},"circuitBreakers":{"thresholds":[{"maxRequests":null}]},
          "dns_lookup_family":null,"upstreamConfig":{"typedConfig":{"@type":"type.googleapis.com/envoy.config.cluster.v3.Cluster","name":null}}})");
  ASSERT_TRUE(wire.ok()) << wire.status().message();
  EXPECT_EQ(wire->cleared,
            (std::vector<std::string>{"connect_timeout", "dns_lookup_family", "metadata.filter_metadata[ns]"}));
}

TEST(JsonEncoder, TakesNullOfAValueAsAValue) {
  EXPECT_EQ(text_of("google.protobuf.Value", bytes_of("google.protobuf.Value", "null")), "null_value: NULL_VALUE");
}

struct Refusal {
  const char* type;
  const char* json;
  const char* message;
};

class Refuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refuses, WithAReason) {
  const Refusal& c = GetParam();
  const auto wire = types().json_to_wire(type(c.type), c.json);
  ASSERT_FALSE(wire.ok());
  EXPECT_EQ(wire.status().message(), c.message);
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, Refuses,
    ::testing::Values(
        Refusal{kAction, R"({"retryPolicy":{"numRetrys":1}})",
                "/retryPolicy/numRetrys: unknown field: envoy.config.route.v3.RetryPolicy has no such field; did you "
                "mean \"numRetries\"?"},
        Refusal{kAction, R"({"zzzzzzzzz":1})",
                "/zzzzzzzzz: unknown field: envoy.config.route.v3.RouteAction has no such field"},
        Refusal{kAction, R"({"retryPolicy":{"numRetries":-1}})",
                "/retryPolicy/numRetries: found -1, expected an integer from 0 to 4294967295"},
        Refusal{kAction, R"({"retryPolicy":{"numRetries":1.5}})",
                "/retryPolicy/numRetries: found 1.5, expected an integer from 0 to 4294967295"},
        Refusal{kAction, R"({"timeout":5})", "/timeout: found 5, expected a duration such as \"5s\" or \"0.25s\""},
        Refusal{kAction, R"({"timeout":"5m"})",
                "/timeout: found \"5m\", expected a duration such as \"5s\" or \"0.25s\""},
        Refusal{kAction, R"({"priority":"HIG"})",
                "/priority: found \"HIG\", expected one of DEFAULT, HIGH; did you mean \"HIGH\"?"},
        Refusal{kAction, R"({"autoHostRewrite":"true"})", "/autoHostRewrite: found \"true\", expected true or false"},
        Refusal{kAction, R"({"hashPolicy":{}})", "/hashPolicy: found {}, expected a list"},
        Refusal{kAction, R"({"hashPolicy":[null]})",
                "/hashPolicy/0: found null, expected an object (envoy.config.route.v3.RouteAction.HashPolicy)"},
        Refusal{kAction, R"({"prefixRewrite":"a","prefix_rewrite":"b"})",
                "the value itself: \"prefixRewrite\" and \"prefix_rewrite\" are two spellings of one field, expected "
                "one of them"},
        Refusal{kAction, R"({"cluster":"a","clusterHeader":"b"})",
                "the value itself: \"cluster\" and \"clusterHeader\" exclude each other (oneof cluster_specifier), "
                "expected one of them"},
        Refusal{kAction, R"({"cluster":"a","cluster":"b"})", "the key \"cluster\" stands twice in one object"},
        Refusal{kAction, R"([])", "the value itself: found [], expected an object (envoy.config.route.v3.RouteAction)"},
        Refusal{kSource, R"({"inlineBytes":"*"})", "/inlineBytes: found \"*\", expected bytes as a Base64 string"},
        Refusal{kRoute, R"({"typedPerFilterConfig":{"a/b":{"disabled":true}}})",
                "/typedPerFilterConfig/a~1b: has no \"@type\", expected one such as "
                "\"type.googleapis.com/google.protobuf.Struct\""},
        Refusal{kRoute, R"({"typedPerFilterConfig":{"a":{"@type":"type.googleapis.com/no.Such"}}})",
                "/typedPerFilterConfig/a/@type: found \"type.googleapis.com/no.Such\", expected a message type that "
                "this Envoy release knows"},
        Refusal{kRoute, R"({"typedPerFilterConfig":{"a":{"@type":"google.protobuf.Struct"}}})",
                "/typedPerFilterConfig/a/@type: found \"google.protobuf.Struct\", expected "
                "\"type.googleapis.com/google.protobuf.Struct\""},
        Refusal{"google.protobuf.Timestamp", "\"2023-02-29T00:00:00Z\"",
                "the value itself: found \"2023-02-29T00:00:00Z\", expected a time such as \"2024-01-31T12:00:00Z\""},
        Refusal{"google.protobuf.FloatValue", "1e300",
                "the value itself: found 1e+300, expected a number, \"NaN\", \"Infinity\" or \"-Infinity\""}));

TEST(JsonEncoder, RefusesWhatIsNoJson) {
  for (const std::string text : {"", "{", "{]", "{\"name\":\"\xff\"}", "{} {}", "nul"}) {
    const auto wire = types().json_to_wire(type(kCluster), text);
    ASSERT_FALSE(wire.ok()) << text;
    EXPECT_EQ(wire.status().message().rfind("not JSON (byte ", 0), 0u) << wire.status().message();
  }
}

TEST(JsonEncoder, BoundsNesting) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const auto wire = types().json_to_wire(type("google.protobuf.Value"), deep);
  ASSERT_FALSE(wire.ok());
  EXPECT_EQ(wire.status().message(), "nested deeper than 100 levels");
  EXPECT_TRUE(types().json_to_wire(type("google.protobuf.Value"), std::string(100, '[') + std::string(100, ']')).ok());
}

}  // namespace
}  // namespace solder::services::json_encoder_test
