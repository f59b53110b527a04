#include "core/engine/served_places.h"

#include <gtest/gtest.h>

#include "core/xds/scope_names.h"
#include "world.h"

namespace solder::engine::served_places_test {
namespace {

using testing::World;

TEST(ServedPlacesTest, VirtualServicesStandInRoutesAndScopesAndGatewaysAreListeners) {
  World world;
  world.put(testing::upstream("backend", 80));
  world.put(testing::virtual_service("web", "Web.test", "backend"));
  const auto places = world.translate().places->all();
  const auto& service = places.at({"VirtualService", "gloo-system", "web"});
  ASSERT_EQ(service.size(), 1U);
  EXPECT_EQ(service[0].role, "gloo-system~gateway-proxy");
  EXPECT_EQ(service[0].resource, testing::kHttpRoutes);
  EXPECT_EQ(service[0].part, "gloo-system_web");
  EXPECT_EQ(service[0].scopes, std::vector<std::string>{xds::scope_name(testing::kHttpRoutes, "web.test")});
  EXPECT_EQ(places.at({"Gateway", "gloo-system", "gateway-proxy"})[0].resource, testing::kHttpListener);
}

TEST(ServedPlacesTest, WildcardDomainsAreInTheFallback) {
  World world;
  world.put(testing::upstream("backend", 80));
  world.put(testing::virtual_service("web", "*.web.test", "backend"));
  const auto places = world.translate().places->all();
  EXPECT_EQ(places.at({"VirtualService", "gloo-system", "web"})[0].scopes,
            std::vector<std::string>{xds::fallback_scope(testing::kHttpRoutes)});
}

TEST(ServedPlacesTest, TheyFollowThePlans) {
  World world;
  world.put(testing::upstream("backend", 80));
  EXPECT_TRUE(world.translate().places->all().empty());
  world.put(testing::virtual_service("web", "web.test", "backend"));
  EXPECT_EQ(world.translate().places->all().size(), 2U);
  world.remove({"VirtualService", "gloo-system", "web"});
  EXPECT_TRUE(world.translate().places->all().empty());
}

}  // namespace
}  // namespace solder::engine::served_places_test
