#include "core/xds/discovery_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>

#include "solder/envoy_fields.h"

namespace solder::xds::discovery_request_test {
namespace {

using ::testing::HasSubstr;
using Sotw = envoy::service::discovery::v3::DiscoveryRequest::Field;
using Delta = envoy::service::discovery::v3::DeltaDiscoveryRequest::Field;
namespace core_v3 = envoy::config::core::v3;
namespace pb = google::protobuf;

template <typename Fill>
std::string message(Fill fill) {
  std::string wire;
  protozero::pbf_writer writer{wire};
  fill(writer);
  return wire;
}

std::string entry(const std::string& key, const std::string& value) {
  return message([&](auto& w) {
    w.add_string(1, key);
    w.add_bytes(2, value);
  });
}

std::string string_value(const std::string& text) {
  return message([&](auto& w) { w.add_string(pb::Value::kStringValue, text); });
}

TEST(DiscoveryRequest, ReadsStateOfTheWorld) {
  const auto request = read_sotw_request(message([](auto& w) {
    w.add_string(Sotw::kVersionInfo, "v1");
    w.add_string(Sotw::kResourceNames, "a");
    w.add_string(Sotw::kResourceNames, "b");
    w.add_string(Sotw::kTypeUrl, "type");
    w.add_string(Sotw::kResponseNonce, "n");
  }));
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->version_info, "v1");
  EXPECT_EQ(request->names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(request->type_url, "type");
  EXPECT_EQ(request->nonce, "n");
  EXPECT_FALSE(request->refusal);
  EXPECT_FALSE(request->node);
}

TEST(DiscoveryRequest, ReadsDelta) {
  const auto request = read_delta_request(message([](auto& w) {
    w.add_string(Delta::kResourceNamesSubscribe, "a");
    w.add_string(Delta::kResourceNamesUnsubscribe, "b");
    w.add_message(Delta::kInitialResourceVersions, entry("c", "00ff"));
    w.add_message(Delta::kErrorDetail, message([](auto& s) {
                    s.add_int32(1, 13);
                    s.add_string(2, "bad \x01 thing");
                  }));
  }));
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->names, std::vector<std::string>{"a"});
  EXPECT_EQ(request->unsubscribe, std::vector<std::string>{"b"});
  EXPECT_EQ(request->initial_versions, (std::vector<std::pair<std::string, std::string>>{{"c", "00ff"}}));
  EXPECT_EQ(request->refusal, "bad   thing");
}

TEST(DiscoveryRequest, ReadsTheNode) {
  const auto node = message([](auto& w) {
    w.add_string(core_v3::Node::kId, "gateway-1");
    w.add_message(core_v3::Node::kMetadata, message([](auto& metadata) {
                    metadata.add_message(pb::Struct::kFields, entry("other", string_value("x")));
                    metadata.add_message(pb::Struct::kFields, entry("role", string_value("ns~proxy")));
                  }));
    w.add_string(core_v3::Node::kUserAgentName, "envoy");
    w.add_message(core_v3::Node::kUserAgentBuildVersion, message([](auto& build) {
                    build.add_message(core_v3::BuildVersion::kVersion, message([](auto& version) {
                                        version.add_uint32(1, 1);
                                        version.add_uint32(2, 40);
                                      }));
                  }));
  });
  for (const bool delta : {false, true}) {
    const auto wire =
        message([&](auto& w) { w.add_message(delta ? uint32_t{Delta::kNode} : uint32_t{Sotw::kNode}, node); });
    const auto request = delta ? read_delta_request(wire) : read_sotw_request(wire);
    ASSERT_TRUE(request.ok());
    ASSERT_TRUE(request->node);
    EXPECT_EQ(request->node->id, "gateway-1");
    EXPECT_EQ(request->node->role, "ns~proxy");
    EXPECT_EQ(request->node->user_agent, "envoy 1.40.0");
  }
}

TEST(DiscoveryRequest, ARoleThatIsNoTextIsNone) {
  const auto number = message([](auto& w) { w.add_double(pb::Value::kNumberValue, 1); });
  const auto metadata = message([&](auto& w) { w.add_message(pb::Struct::kFields, entry("role", number)); });
  const auto node = message([&](auto& w) { w.add_message(core_v3::Node::kMetadata, metadata); });
  const auto request = read_sotw_request(message([&](auto& w) { w.add_message(Sotw::kNode, node); }));
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->node->role, "");
}

TEST(DiscoveryRequest, RefusesWhatIsMalformed) {
  const std::string too_short = std::string("\x0a\x05") + "ab";
  for (const std::string& wire :
       std::vector<std::string>{"\xff", too_short, "\x0b", std::string(1, '\0'), "\x12\x02\x0a\x09"}) {
    const auto request = read_sotw_request(wire);
    EXPECT_FALSE(request.ok()) << ::testing::PrintToString(wire);
  }
  EXPECT_THAT(read_delta_request("\xff").status().message(), HasSubstr("DeltaDiscoveryRequest"));
}

TEST(DiscoveryRequest, PassesOverWhatItDoesNotKnow) {
  const auto request = read_delta_request(message([](auto& w) {
    w.add_string(99, "new field");
    w.add_uint32(Delta::kTypeUrl, 7);  // another wire type than it should be
    w.add_fixed64(98, 7);
    w.add_string(Delta::kResourceNamesSubscribe, "");
    w.add_string(Delta::kResourceNamesSubscribe, "a");
  }));
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->names, std::vector<std::string>{"a"});
  EXPECT_EQ(request->type_url, "");
}

TEST(DiscoveryRequest, BoundsNames) {
  const auto ask = [](size_t size) {
    return read_delta_request(
        message([&](auto& w) { w.add_string(Delta::kResourceNamesSubscribe, std::string(size, 'x')); }));
  };
  EXPECT_TRUE(ask(kMaxNameBytes).ok());
  EXPECT_THAT(ask(kMaxNameBytes + 1).status().message(), HasSubstr("a name of 4097 bytes; at most 4096"));
}

TEST(Printable, IsValidTextWithinItsLimit) {
  EXPECT_EQ(printable("plain", 100), "plain");
  EXPECT_EQ(printable("a\nb\x7f", 100), "a b ");
  EXPECT_EQ(printable("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 100), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(printable("\xff\xc3", 100), "??");
  EXPECT_EQ(printable("\xed\xa0\x80", 100), "???");  // a surrogate
  EXPECT_EQ(printable("\xc0\xaf", 100), "??");       // an overlong form
  EXPECT_EQ(printable("\xc3\xa9", 1), "");           // not cut in the middle
  EXPECT_EQ(printable("abc", 2), "ab");
}

}  // namespace
}  // namespace solder::xds::discovery_request_test
