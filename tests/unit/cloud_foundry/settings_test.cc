// The plugin's configuration: what is read of it, and what is said of what is wrong with it.
#include "plugins/cloud_foundry/settings.h"

#include <gmock/gmock.h>

#include "plugins/cloud_foundry/upstream.h"

namespace solder::plugins::cloud_foundry::settings_test {
namespace {

using sdk::Json;
using ::testing::HasSubstr;

Json foundation(const char* more = "{}") {
  Json out = {{"name", "prod"}, {"api", "https://api.example.org"}, {"credentialsFile", "/etc/cf.yaml"}};
  out.merge_patch(Json::parse(more));
  return out;
}

std::string wrong(const Json& config) {
  try {
    read_settings(config);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

std::string wrong_foundation(const char* more) { return wrong({{"foundations", {foundation(more)}}}); }

TEST(Settings, NothingIsRight) { EXPECT_TRUE(read_settings(Json::object()).foundations.empty()); }

TEST(Settings, AllOfAFoundation) {
  const Settings settings = read_settings(
      {{"foundations",
        {foundation(R"({"api": "https://api.example.org:443/", "uaa": "https://uaa.example.org", "caFile": "/ca.pem",
             "listEverySeconds": 1.5, "requestsPerMinute": 7, "router": {"address": "10.0.0.1", "tls": false},
             "upstreamDiscovery": {"orgs": ["shop"], "labelSelector": "expose=true"}})")}},
       {"dnsAddress", "169.254.0.2:53"},
       {"dnsPollingSeconds", 2}});
  const Foundation& one = settings.foundations.at(0);
  EXPECT_EQ(one.api, "https://api.example.org");
  EXPECT_EQ(one.period, std::chrono::milliseconds(1500));
  EXPECT_EQ(one.router, (Router{"10.0.0.1", 80, false}));
  EXPECT_EQ(one.upstreams->orgs, std::vector<std::string>{"shop"});
  EXPECT_EQ(share_of(one), 3u);
  EXPECT_EQ(settings.dns_period, std::chrono::seconds(2));
}

TEST(Settings, WhatIsWrongIsNamed) {
  EXPECT_THAT(wrong({{"foundation", 1}}),
              HasSubstr("foundation; right are: dnsAddress, dnsPollingSeconds, foundations"));
  EXPECT_THAT(wrong_foundation(R"({"api": "api.example.org"})"), HasSubstr("foundations[0].api"));
  EXPECT_THAT(wrong_foundation(R"({"api": "https://api.example.org/v3"})"), HasSubstr("foundations[0].api"));
  EXPECT_THAT(wrong_foundation(R"({"requestsPerMinute": 0})"), HasSubstr("foundations[0].requestsPerMinute"));
  EXPECT_THAT(wrong_foundation(R"({"listEverySeconds": 0.5})"), HasSubstr("foundations[0].listEverySeconds"));
  EXPECT_THAT(wrong_foundation(R"({"router": {"address": "a b"}})"), HasSubstr("foundations[0].router.address"));
  EXPECT_THAT(wrong_foundation(R"({"credentialsFile": null})"), HasSubstr("either credentialsFile or secretRef"));
  EXPECT_THAT(wrong_foundation(R"({"secretRef": {"name": "a", "namespace": "b"}})"), HasSubstr("either"));
  EXPECT_THAT(
      wrong_foundation(R"({"credentialsFile": null, "caFile": "/ca", "secretRef": {"name": "a", "namespace": "b"}})"),
      HasSubstr("ca.crt"));
  EXPECT_THAT(wrong({{"foundations", {foundation(), foundation()}}}), HasSubstr("there are two of this name"));
  EXPECT_THAT(wrong({{"dnsAddress", "dns.example.org:53"}}), HasSubstr("dnsAddress"));
}

TEST(Settings, WhichFoundationIsMeant) {
  Settings settings = read_settings({{"foundations", {foundation(), foundation(R"({"name": "test"})")}}});
  EXPECT_EQ(settings.find("test")->name, "test");
  EXPECT_EQ(settings.find(""), nullptr) << "there are two";
  EXPECT_EQ(settings.find("dev"), nullptr);
  settings.foundations.pop_back();
  EXPECT_EQ(settings.find("")->name, "prod");
}

}  // namespace
}  // namespace solder::plugins::cloud_foundry::settings_test
