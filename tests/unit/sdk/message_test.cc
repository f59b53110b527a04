// Messages that the SDK writes read back, by Envoy's descriptors, as what was meant.
#include <gtest/gtest.h>

#include "core/services/message_types.h"
#include "solder/envoy_fields.h"
#include "solder/sdk.hpp"
#include "solder/sdk/base64.hpp"
#include "solder/sdk/descriptor_set.hpp"
#include "solder/sdk/json.hpp"

namespace solder::sdk {
namespace {

const services::MessageTypes& types() {
  static const services::MessageTypes kTypes;
  return kTypes;
}

Json printed(const char* type, const Message& message) {
  const auto json = types().wire_to_json(*types().find(type), message.bytes());
  EXPECT_TRUE(json.ok()) << json.status().message();
  return json.ok() ? Json::parse(*json) : Json();
}

TEST(Duration, ReadsWhatProto3Writes) {
  EXPECT_EQ(parse_duration("5s"), (Duration{5, 0}));
  EXPECT_EQ(parse_duration("0.100s"), (Duration{0, 100000000}));
  EXPECT_EQ(parse_duration("1.5s"), (Duration{1, 500000000}));
  EXPECT_EQ(parse_duration("0.000000001s"), (Duration{0, 1}));
  EXPECT_EQ(parse_duration("-0.5s"), (Duration{0, -500000000}));
  EXPECT_EQ(parse_duration("315576000000s"), (Duration{315576000000, 0}));
}

TEST(Duration, RefusesAnythingElse) {
  for (const char* text : {"", "s", "5", "5m", "100ms", "1.s", ".5s", "1.0000000001s", "1e3s", "+1s", " 1s", "--1s",
                           "1.-5s", "9999999999999s"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, ComparesByLength) {
  EXPECT_LT((Duration{0, -1}), Duration{});
  EXPECT_LT((Duration{1, 999999999}), (Duration{2, 0}));
}

TEST(Message, NestedMessagesAndWrappers) {
  namespace route = envoy::config::route::v3;
  Message retry;
  retry.add_string(route::RetryPolicy::kRetryOn, "5xx").add_uint_value(route::RetryPolicy::kNumRetries, 3);
  Message action;
  action.add_string(route::RouteAction::kCluster, "c")
      .add_duration(route::RouteAction::kTimeout, {1, 500000000})
      .add_bool_value(route::RouteAction::kAutoHostRewrite, true)
      .add_message(route::RouteAction::kRetryPolicy, retry);
  EXPECT_EQ(printed("envoy.config.route.v3.RouteAction", action),
            Json::parse(R"({"cluster": "c", "timeout": "1.500s", "autoHostRewrite": true,
                            "retryPolicy": {"retryOn": "5xx", "numRetries": 3}})"));
}

// In a fragment a written false or 0 is a statement, so the bytes must be there.
TEST(Message, ZerosAreWritten) {
  EXPECT_EQ(Message().add_bool(1, false).bytes(), std::string("\x08\0", 2));
  EXPECT_EQ(Message().add_uint(1, 0).bytes(), std::string("\x08\0", 2));
  EXPECT_EQ(Message().add_string(1, "").bytes(), std::string("\x0a\0", 2));
  EXPECT_EQ(Message().add_bool_value(1, false).bytes(), std::string("\x0a\x02\x08\0", 4));
  EXPECT_EQ(Message().add_message(1, {}).bytes(), std::string("\x0a\0", 2));
}

TEST(Message, LargeNumbersAndNegativeOnes) {
  Message duration;
  duration.add_int(1, -315576000000);
  EXPECT_EQ(printed("google.protobuf.Duration", duration), "-315576000000s");
  EXPECT_EQ(printed("google.protobuf.UInt64Value", Message().add_uint(1, UINT64_MAX)), "18446744073709551615");
  EXPECT_EQ(printed("google.protobuf.DoubleValue", Message().add_double(1, -2.5)), -2.5);
  EXPECT_EQ(Message().add_double_value(3, 1).bytes(), Message().add_message(3, Message().add_double(1, 1)).bytes());
  // A field number above 15 needs two bytes.
  EXPECT_EQ(Message().add_uint(16, 1).bytes(), std::string("\x80\x01\x01"));
}

TEST(Message, AnyAndMaps) {
  namespace core = envoy::config::core::v3;
  Message socket;
  socket.add_string(core::TransportSocket::kName, "raw");
  socket.add_any(core::TransportSocket::kTypedConfig, "type.googleapis.com/google.protobuf.UInt32Value",
                 Message().add_uint(1, 7));
  EXPECT_EQ(printed("envoy.config.core.v3.TransportSocket", socket),
            Json::parse(R"({"name": "raw", "typedConfig": {"@type": "type.googleapis.com/google.protobuf.UInt32Value",
                            "value": 7}})"));
  Message metadata;
  metadata.add_entry(core::Metadata::kFilterMetadata, "ns", to_struct({{"a", true}}));
  EXPECT_EQ(printed("envoy.config.core.v3.Metadata", metadata),
            Json::parse(R"({"filterMetadata": {"ns": {"a": true}}})"));
}

TEST(Json, StructHoldsEveryKindOfValue) {
  const Json value =
      Json::parse(R"({"n": null, "b": false, "i": 3, "d": -0.5, "s": "x", "l": [1, "y", []], "o": {"p": {}}})");
  EXPECT_EQ(printed("google.protobuf.Struct", to_struct(value)), value);
}

TEST(Json, AbsentAndWronglyTypedMembersReadAsNothing) {
  const Json value = Json::parse(R"({"s": 1, "b": "x", "n": -1, "null": null, "list": ["a", 1, "b"], "d": "5s"})");
  EXPECT_EQ(get_string(value, "s"), "");
  EXPECT_EQ(get_bool(value, "b"), std::nullopt);
  EXPECT_EQ(get_uint(value, "n"), std::nullopt);
  EXPECT_EQ(find(value, "null"), nullptr);
  EXPECT_EQ(get_strings(value, "list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(get_duration(value, "d"), (Duration{5, 0}));
  EXPECT_TRUE(parse_json("{").is_discarded());
}

TEST(Base64, ReadsEveryFormAndWritesTheStandardOne) {
  const std::string bytes("\xfb\xff\x00z", 4);
  EXPECT_EQ(encode_base64(bytes), "+/8Aeg==");
  for (const char* text : {"+/8Aeg==", "-_8Aeg", "+/8A\r\neg==\n"}) EXPECT_EQ(decode_base64(text), bytes) << text;
  EXPECT_FALSE(decode_base64("a.b="));
}

TEST(DescriptorSet, NamesServicesAndWhatIsMissing) {
  // file { name: "a" package: "p" dependency: "b" service { name: "S" } }
  const std::string file(
      "\x0a\x01"
      "a\x12\x01p\x1a\x01"
      "b\x32\x03\x0a\x01S",
      14);
  const auto set = read_descriptor_set(std::string("\x0a\x0e", 2) + file);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->services, std::vector<std::string>{"p.S"});
  EXPECT_EQ(set->missing_imports, std::vector<std::string>{"b"});
  EXPECT_FALSE(read_descriptor_set(std::string("\x0a\x0f", 2) + file)) << "cut off";
  EXPECT_FALSE(read_descriptor_set("invalid"));
}

TEST(Text, PointerStepsAreEscaped) { EXPECT_EQ(pointer_step("a/b~c"), "/a~1b~0c"); }

}  // namespace
}  // namespace solder::sdk
