// Each route of a virtual service is a step of its own: a change costs the routes that are new, wherever they stand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/engine/engine.h"
#include "world.h"

namespace solder::engine::routes_test {
namespace {

using ::testing::HasSubstr;
using testing::kHttpRoutes;
using testing::upstream;
using testing::World;
using xds::ResourceType;

const model::ObjectRef kService{"VirtualService", "gloo-system", "vs"};

std::string route(const std::string& prefix, const std::string& to = "one", const std::string& options = "") {
  return "    - {matchers: [{prefix: " + prefix + "}], options: {" + options +
         "}, routeAction: {single: {upstream: {name: " + to + ", namespace: gloo-system}}}}\n";
}

std::string service(const std::vector<std::string>& routes, const std::string& host_options = "") {
  std::string text =
      "apiVersion: gateway.solo.io/v1\nkind: VirtualService\nmetadata: {name: vs, namespace: gloo-system}\nspec:\n"
      "  virtualHost:\n    domains: ['*']\n    options: {" +
      host_options + "}\n    routes:\n";
  for (const auto& one : routes) text += one;
  return text;
}

std::vector<std::string> routes(size_t count) {
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i) out.push_back(route("/path" + std::to_string(i)));
  return out;
}

// What the translation of one change ran, in a virtual service of `count` routes.
uint64_t cost_of_one_changed_route(size_t count) {
  World world;
  auto list = routes(count);
  world.put(upstream("one", 1)).put(service(list)).translate();
  list[count / 2] = route("/path" + std::to_string(count / 2), "one", "timeout: 3s");
  world.put(service(list)).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("\"3s\""));
  return world.computed();
}

TEST(Routes, AChangedRouteCostsItself) { EXPECT_EQ(cost_of_one_changed_route(5), cost_of_one_changed_route(500)); }

TEST(Routes, OrderAndNeighboursCostNoRoute) {
  World world;
  auto list = routes(50);
  world.put(upstream("one", 1)).put(service(list)).translate();
  std::reverse(list.begin(), list.end());
  world.put(service(list)).translate();
  EXPECT_LT(world.computed(), 15) << "moved routes were translated again";
  const std::string json = world.json(ResourceType::kRoute, kHttpRoutes);
  EXPECT_LT(json.find("/path49"), json.find("/path3\""));
  EXPECT_THAT(json, HasSubstr("vs-route-0-matcher-0"));
}

TEST(Routes, EqualRoutesAreEachServed) {
  World world;
  world.put(upstream("one", 1)).put(service({route("/same"), route("/same"), route("/same")})).translate();
  const std::string json = world.json(ResourceType::kRoute, kHttpRoutes);
  for (const char* name : {"route-0-matcher-0", "route-1-matcher-0", "route-2-matcher-0"}) {
    EXPECT_THAT(json, HasSubstr(name));
  }
}

TEST(Routes, AnUpstreamsChangeLeavesRoutesAlone) {
  World world;
  world.put(upstream("one", 1)).put(service(routes(50))).translate();
  world.put(upstream("one", 2)).translate();
  EXPECT_LT(world.computed(), 60 + 10) << "more than the routes that asked for the upstream ran";
  EXPECT_THAT(world.json(ResourceType::kCluster, "one_gloo-system"), HasSubstr("\"portValue\":2"));
}

TEST(Routes, ProblemsAreToldWhereTheRouteStandsNow) {
  World world;
  const std::string missing = route("/missing", "nobody");
  auto fields = [&] {
    std::vector<std::string> out;
    for (const auto& report : world.reports()) {
      for (const auto& diagnostic : report.diagnostics) out.push_back(diagnostic.field);
    }
    return out;
  };
  world.put(upstream("one", 1)).put(service({missing, route("/one")})).translate();
  EXPECT_THAT(fields(), ::testing::Each(HasSubstr("/routes/0/")));
  world.put(service({route("/one"), missing})).translate();
  EXPECT_THAT(fields(), ::testing::Each(HasSubstr("/routes/1/")));
  EXPECT_EQ(fields().size(), 1);
}

TEST(Routes, AFaultyHeadStillTellsOfItsRoutes) {
  World world;
  world.put(service({route("/missing", "nobody")}, "timeout: {seconds: 3}")).translate();
  EXPECT_EQ(world.state(kService), model::State::kRejected);
  EXPECT_GE(world.reasons(kService).size(), 2) << "the head's problem and the route's";
}

TEST(Routes, TheListOfProblemsHasAnEnd) {
  World world;
  std::vector<std::string> list;
  for (size_t i = 0; i < 1500; ++i) list.push_back(route("/p" + std::to_string(i), "nobody"));
  world.put(service(list)).translate();
  EXPECT_EQ(world.reasons(kService).size(), 1001);
  EXPECT_EQ(world.state(kService), model::State::kWarning);
}

}  // namespace
}  // namespace solder::engine::routes_test
