// The plugin's configuration: what is taken, and what is refused in words for the operator.
#include "plugins/consul/settings.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace solder::plugins::consul {
namespace {

using sdk::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string refusal(const char* config) {
  try {
    read_settings(Json::parse(config));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Settings, DefaultsAreThoseOfAnAgentOnThisMachine) {
  const Settings settings = read_settings(Json::object());
  EXPECT_EQ(settings.address, "http://127.0.0.1:8500");
  EXPECT_FALSE(settings.kv);
  EXPECT_FALSE(settings.lease);
  EXPECT_FALSE(settings.discovery.on);
  EXPECT_EQ(settings.wait, std::chrono::minutes(5));
  EXPECT_EQ(settings.health, Settings::Health::kPassing);
}

TEST(Settings, EverythingIsRead) {
  const Settings settings = read_settings(Json::parse(R"({
    "address": "consul.local:8500", "datacenter": "dc2", "tokenFile": "/t", "caFile": "/ca", "certFile": "/c", "keyFile": "/k",
    "insecureSkipVerify": true, "waitTime": "2.5s", "consistencyMode": "StaleMode", "maxBlockingQueries": 50,
    "kvSource": {"rootKey": "/team/gloo/", "writeStatuses": false}, "serviceDiscovery": {"dataCenters": ["dc1", "dc2"]},
    "upstreamDiscovery": {"useTlsTagging": true, "rootCa": {"name": "ca", "namespace": "ns"}, "splitTlsServices": true},
    "endpointHealth": "WARNING", "dnsAddress": "127.0.0.1:8600"})"));
  EXPECT_EQ(settings.address, "http://consul.local:8500");
  EXPECT_EQ(settings.wait, std::chrono::milliseconds(2500));
  EXPECT_STREQ(parameter_of(settings.consistency), "stale");
  EXPECT_EQ(settings.root, "team/gloo");
  EXPECT_EQ(settings.status_root, "team/gloo/status");
  EXPECT_TRUE(settings.kv);
  EXPECT_FALSE(settings.statuses);
  EXPECT_THAT(settings.data_centers, ElementsAre("dc1", "dc2"));
  EXPECT_EQ(settings.discovery.tls_tag, "glooUseTls");
  EXPECT_EQ(settings.health, Settings::Health::kWarning);
}

TEST(Settings, ObjectsInConsulHaveALeaseUnlessTheOperatorSaysOtherwise) {
  EXPECT_TRUE(read_settings(Json::parse(R"({"kvSource": {}})")).lease);
  EXPECT_FALSE(read_settings(Json::parse(R"({"kvSource": {}, "lease": false})")).lease);
  EXPECT_TRUE(read_settings(Json::parse(R"({"lease": true})")).lease);
  EXPECT_EQ(read_settings(Json::parse(R"({"kvSource": {"rootKey": "team/gloo"}})")).own_root(), "solder/team/gloo");
}

TEST(Settings, WhatIsWrongIsNamedWithWhatIsRight) {
  EXPECT_THAT(refusal(R"({"adress": "x"})"), ::testing::AllOf(HasSubstr("adress"), HasSubstr("address, ")));
  EXPECT_THAT(refusal(R"({"address": "ftp://x"})"), HasSubstr("address"));
  EXPECT_THAT(refusal(R"({"waitTime": "1h"})"), HasSubstr("waitTime"));
  EXPECT_THAT(refusal(R"({"kvSource": {"rootkey": "x"}})"), HasSubstr("kvSource.rootkey"));
  EXPECT_THAT(refusal(R"({"kvSource": {"rootKey": "/"}})"), HasSubstr("kvSource.rootKey"));
  EXPECT_THAT(refusal(R"({"kvSource": true})"), HasSubstr("kvSource is no map"));
  EXPECT_THAT(refusal(R"({"token": "secret"})"), HasSubstr("tokenFile"));
  EXPECT_THAT(refusal(R"({"dnsAddress": "consul.local:8600"})"), HasSubstr("dnsAddress"));
  EXPECT_THAT(refusal(R"({"certFile": "/c"})"), HasSubstr("only together"));
  EXPECT_THAT(refusal(R"({"upstreamDiscovery": {"useTlsTagging": true}})"), HasSubstr("rootCa"));
  EXPECT_THAT(refusal(R"({"consistencyMode": "stale"})"), HasSubstr("consistencyMode"));
}

}  // namespace
}  // namespace solder::plugins::consul
