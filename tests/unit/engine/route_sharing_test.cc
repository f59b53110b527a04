// Parts of routes are made once for all that say the same, and tell each object what is wrong with its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace solder::engine::route_sharing_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::kHttpRoutes;
using ::testing::Not;
using testing::upstream;
using testing::World;
using xds::ResourceType;

model::ObjectRef service_ref(const std::string& name, const std::string& ns = "gloo-system") {
  return {"VirtualService", ns, name};
}

std::string service(const std::string& name, const std::string& routes, const std::string& ns = "gloo-system") {
  return "apiVersion: gateway.solo.io/v1\nkind: VirtualService\nmetadata: {name: " + name + ", namespace: " + ns +
         "}\nspec:\n  virtualHost:\n    domains: [" + name + ".com]\n    routes:\n" + routes;
}

std::string route(const std::string& prefix, const std::string& options, const std::string& to = "{name: one}") {
  return "    - {matchers: [{prefix: " + prefix + "}], options: {" + options +
         "}, routeAction: {single: {upstream: " + to + "}}}\n";
}

uint64_t computed_by(World& world, const std::string& object) {
  world.put(object).translate();
  return world.computed();
}

// Where the problems of an object are.
std::vector<std::string> fields(const World& world, const model::ObjectRef& ref) {
  std::vector<std::string> out;
  for (const auto& report : world.reports()) {
    if (report.object != ref) continue;
    for (const auto& problem : report.diagnostics) out.push_back(problem.field);
  }
  return out;
}

TEST(RouteSharing, ASecondRouteThatSaysTheSameCostsNoPart) {
  World world;
  world.put(upstream("one", 1)).put(service("a", route("/x", "timeout: 5s"))).translate();
  const uint64_t equal = computed_by(world, service("b", route("/x", "timeout: 5s")));
  const uint64_t other = computed_by(world, service("c", route("/y", "timeout: 6s")));
  EXPECT_EQ(other, equal + 3);  // a match, options and a body of its own
}

TEST(RouteSharing, NamesWithoutANamespaceAreTheRoutesOwn) {
  World world;
  world.put(upstream("one", 1)).put(service("a", route("/", ""))).put(service("b", route("/", ""), "elsewhere"));
  world.translate();
  EXPECT_EQ(world.state(service_ref("a")), model::State::kAccepted);
  EXPECT_THAT(world.reasons(service_ref("b", "elsewhere")), Contains("UpstreamNotFound"));
}

TEST(RouteSharing, AFaultIsToldOfEachObjectWhereItStands) {
  World world;
  const std::string bad = "echoA: [{diag: {severity: error, reason: Wrong}}]";
  world.put(upstream("one", 1)).put(service("a", route("/", bad)));
  world.put(service("b", route("/x", "") + route("/", bad))).translate();
  EXPECT_THAT(fields(world, service_ref("a")), Contains("/spec/virtualHost/routes/0/options/echoA"));
  EXPECT_THAT(fields(world, service_ref("b")), Contains("/spec/virtualHost/routes/1/options/echoA"));
}

TEST(RouteSharing, APluginThatSetsWhatTheCoreSetsWins) {
  World world;
  world.put(upstream("one", 1));
  world.put(service("a", route("/", "echoA: [{slot: route_action, json: {cluster_header: x-cluster}}]"))).translate();
  const std::string routes = world.json(ResourceType::kRoute, kHttpRoutes);
  EXPECT_THAT(routes, HasSubstr(R"("clusterHeader":"x-cluster")"));
  EXPECT_THAT(routes, Not(HasSubstr(R"("cluster":)")));
}

TEST(RouteSharing, AnUpstreamThatComesReachesAllThatShareABody) {
  World world;
  world.put(service("a", route("/", ""))).put(service("b", route("/x", ""))).translate();
  EXPECT_THAT(world.reasons(service_ref("b")), Contains("UpstreamNotFound"));
  world.put(upstream("one", 1)).translate();
  EXPECT_EQ(world.state(service_ref("a")), model::State::kAccepted);
  EXPECT_EQ(world.state(service_ref("b")), model::State::kAccepted);
}

}  // namespace
}  // namespace solder::engine::route_sharing_test
