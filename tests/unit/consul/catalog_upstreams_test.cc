// The Upstreams that a service makes: Gloo's names, its convention for TLS, and which services make none.
#include <gmock/gmock.h>

#include "plugins/consul/catalog.h"

namespace solder::plugins::consul::catalog_upstreams_test {
namespace {

using sdk::Json;
using ::testing::ElementsAre;

std::vector<std::string> names(const std::map<std::string, std::string>& upstreams) {
  std::vector<std::string> out;
  for (const auto& [name, json] : upstreams) out.push_back(name);
  return out;
}

Json spec(const std::map<std::string, std::string>& upstreams, const char* name) {
  return Json::parse(upstreams.at(name))["spec"];
}

const CatalogService kShop{{"dc2", "dc1"}, {"v1", "glooUseTls"}};

TEST(CatalogUpstreams, OneOfEachService) {
  const auto made = upstreams_of("shop", kShop, read_settings(Json::parse(R"({"upstreamDiscovery": {}})")));
  ASSERT_THAT(names(made), ElementsAre("gloo-system/consul-svc:shop"));
  EXPECT_EQ(spec(made, "gloo-system/consul-svc:shop"),
            Json::parse(
                R"({"consul":{"serviceName":"shop","dataCenters":["dc1","dc2"],"serviceTags":["glooUseTls","v1"]}})"));
}

TEST(CatalogUpstreams, ATagAsksForTls) {
  const char* tls = R"({"upstreamDiscovery": {"useTlsTagging": true, "rootCa": {"name": "ca", "namespace": "ns"}}})";
  const auto made = upstreams_of("shop", kShop, read_settings(Json::parse(tls)));
  ASSERT_THAT(names(made), ElementsAre("gloo-system/consul-svc:shop-tls"));
  EXPECT_EQ(spec(made, "gloo-system/consul-svc:shop-tls")["sslConfig"],
            Json::parse(R"({"secretRef":{"name":"ca","namespace":"ns"}})"));
  EXPECT_THAT(names(upstreams_of("plain", {{"dc1"}, {}}, read_settings(Json::parse(tls)))),
              ElementsAre("gloo-system/consul-svc:plain"));
}

TEST(CatalogUpstreams, SplitByTheTag) {
  const auto made =
      upstreams_of("shop", kShop, read_settings(Json::parse(R"({"writeNamespace": "team", "upstreamDiscovery": {
    "useTlsTagging": true, "rootCa": {"name": "ca", "namespace": "ns"}, "splitTlsServices": true, "writeUpstreams": true}})")));
  ASSERT_THAT(names(made), ElementsAre("gloo-system/consul-svc:shop", "gloo-system/consul-svc:shop-tls", "team/shop",
                                       "team/shop-tls"));
  EXPECT_EQ(spec(made, "team/shop-tls")["consul"]["instanceTags"], Json::parse(R"(["glooUseTls"])"));
  EXPECT_EQ(spec(made, "team/shop")["consul"]["instanceBlacklistTags"], Json::parse(R"(["glooUseTls"])"));
  EXPECT_EQ(Json::parse(made.at("team/shop"))["metadata"]["labels"]["discovered_by"], "consulplugin");
}

TEST(CatalogUpstreams, OnlyThoseWithACertainTag) {
  const auto settings = read_settings(Json::parse(R"({"upstreamDiscovery": {"serviceTagsAllowlist": ["v1", "v2"]}})"));
  EXPECT_EQ(upstreams_of("shop", kShop, settings).size(), 1u);
  EXPECT_TRUE(upstreams_of("plain", {{"dc1"}, {"v3"}}, settings).empty());
}

}  // namespace
}  // namespace solder::plugins::consul::catalog_upstreams_test
