// The plugin's configuration: what is taken, and what is refused in words for the operator.
#include "plugins/consul/settings.h"

#include <gmock/gmock.h>

#include <stdexcept>

#include "plugins/consul/gloo_settings.h"

namespace solder::plugins::consul::settings_test {
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

TEST(Settings, ThoseOfGlooCountWhereTheFileSaysNothing) {
  const auto both = [](const char* spec, const char* config) {
    return read_settings(with_gloo_settings(Json::parse(spec), Json::parse(config)));
  };
  Settings settings =
      both(R"({"consul": {"address": "old:1", "httpAddress": "consul:8500", "datacenter": "dc2", "waitTime": "20m",
      "certFile": "/c", "keyFile": "/k", "serviceDiscovery": {"dataCenters": ["dc3"]}},
    "consulDiscovery": {"useTlsTagging": true, "rootCa": {"name": "ca", "namespace": "ns"}, "consistencyMode": "StaleMode"}})",
           R"({"datacenter": "dc1", "tokenFile": "/t"})");
  EXPECT_EQ(settings.address, "http://consul:8500");
  EXPECT_EQ(settings.data_center, "dc1");
  EXPECT_EQ(settings.token_file, "/t");
  EXPECT_EQ(settings.key_file, "/k");
  EXPECT_EQ(settings.wait, std::chrono::minutes(5));
  EXPECT_EQ(settings.data_centers, std::vector<std::string>{"dc3"});
  EXPECT_TRUE(settings.discovery.on);
  EXPECT_EQ(settings.discovery.ca_name, "ca");
  EXPECT_STREQ(parameter_of(settings.consistency), "stale");
  // A part that is wrong as a whole leaves the other.
  settings = both(R"({"consul": {"address": "consul:8500"}, "consulDiscovery": {"useTlsTagging": true}})", "{}");
  EXPECT_EQ(settings.address, "http://consul:8500");
  EXPECT_FALSE(settings.discovery.on);
  EXPECT_EQ(both(R"({"consul": {"address": "consul:8500", "certFile": "/c"}})", "{}").address, "http://127.0.0.1:8500");
  EXPECT_EQ(both("null", R"({"address": "here:1"})").address, "http://here:1");
}

TEST(Settings, WhoMakesConsulASourceSaysWhereItIs) {
  const auto follows = [](const char* config) { return follows_settings(read_settings(Json::parse(config))); };
  EXPECT_TRUE(follows("{}"));
  EXPECT_TRUE(follows(R"({"address": "consul:8500", "endpointHealth": "ANY"})"));
  EXPECT_FALSE(follows(R"({"kvSource": {}})"));
  EXPECT_FALSE(follows(R"({"upstreamDiscovery": {}})"));
  EXPECT_FALSE(follows(R"({"connect": {"serviceName": "gateway"}})"));
  EXPECT_FALSE(follows(R"({"lease": true})"));
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
}  // namespace solder::plugins::consul::settings_test
