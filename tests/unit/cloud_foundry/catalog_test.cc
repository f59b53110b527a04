// The Upstreams that are made of apps: their names, which apps have one, and what it says.
#include "plugins/cloud_foundry/catalog.h"

#include <gmock/gmock.h>

#include "small_world.h"

namespace solder::plugins::cloud_foundry::catalog_test {
namespace {

using sdk::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Foundation foundation(UpstreamDiscovery how = {}) {
  Foundation out;
  out.name = "prod";
  out.upstreams = std::move(how);
  return out;
}

Foundation only(std::vector<std::string> orgs, std::vector<std::string> spaces) {
  UpstreamDiscovery how;
  how.orgs = std::move(orgs);
  how.spaces = std::move(spaces);
  return foundation(std::move(how));
}

std::vector<std::string> names(const std::map<std::string, std::string>& upstreams) {
  std::vector<std::string> out;
  for (const auto& [name, json] : upstreams) out.push_back(name);
  return out;
}

TEST(Catalog, AnUpstreamForEachApp) {
  const auto upstreams = upstreams_of(small_world(), foundation());
  EXPECT_THAT(names(upstreams), ElementsAre("gloo-system/prod-shop-prod-cart", "gloo-system/prod-shop-prod-idle",
                                            "gloo-system/prod-shop-prod-web"));
  EXPECT_EQ(Json::parse(upstreams.at("gloo-system/prod-shop-prod-cart")), Json::parse(R"({
    "apiVersion": "gloo.solo.io/v1", "kind": "Upstream",
    "metadata": {"name": "prod-shop-prod-cart", "namespace": "gloo-system", "labels": {"discovered_by": "cloud_foundry"}},
    "spec": {"cloudFoundry": {"foundation": "prod", "org": "shop", "space": "prod", "app": "cart"}}})"));
}

TEST(Catalog, OnlyOfSomeOrgsAndSpaces) {
  EXPECT_THAT(upstreams_of(small_world(), only({"other"}, {})), IsEmpty());
  EXPECT_THAT(upstreams_of(small_world(), only({"shop"}, {"test"})), IsEmpty());
  EXPECT_EQ(upstreams_of(small_world(), only({"shop"}, {"prod"})).size(), 3u);
}

TEST(Catalog, NamesThatAreSpelledAlikeAreToldApart) {
  World world = small_world();
  world.apps.clear();
  world.apps["guid-one-0001"] = {"My App", "s1", true};
  world.apps["guid-two-0002"] = {"my_app", "s1", true};
  world.index();
  EXPECT_THAT(names(upstreams_of(world, foundation())),
              ElementsAre("gloo-system/prod-shop-prod-my-app-guid-one", "gloo-system/prod-shop-prod-my-app-guid-two"));
}

TEST(Catalog, AppsThatSpeakHttp2OnTheirInternalRoute) {
  World world = small_world();
  world.routes["r1"].destinations[0].http2 = true;
  world.index();
  const auto upstreams = upstreams_of(world, foundation());
  EXPECT_TRUE(Json::parse(upstreams.at("gloo-system/prod-shop-prod-cart"))["spec"]["useHttp2"].get<bool>());
  EXPECT_FALSE(Json::parse(upstreams.at("gloo-system/prod-shop-prod-web"))["spec"].contains("useHttp2"));
}

}  // namespace
}  // namespace solder::plugins::cloud_foundry::catalog_test
