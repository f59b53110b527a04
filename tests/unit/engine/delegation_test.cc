// Route tables in the graph: what a change of one costs, and what keeps serving while one is at fault.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/engine/engine.h"
#include "world.h"

namespace solder::engine::delegation_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::kHttpRoutes;
using ::testing::Not;
using testing::upstream;
using testing::World;
using xds::ResourceType;

model::ObjectRef ref(const char* kind, const char* name) { return {kind, "gloo-system", name}; }

std::string service(const std::string& name, const std::string& routes) {
  return "apiVersion: gateway.solo.io/v1\nkind: VirtualService\nmetadata: {name: " + name +
         ", namespace: gloo-system}\nspec: {virtualHost: {domains: [" + name + ".test], routes: [" + routes + "]}}\n";
}

std::string table(const std::string& name, const std::string& routes) {
  return "apiVersion: gateway.solo.io/v1\nkind: RouteTable\nmetadata: {name: " + name +
         ", namespace: gloo-system}\nspec: {routes: [" + routes + "]}\n";
}

std::string to(const std::string& name) {
  return "{matchers: [{prefix: /}], delegateAction: {ref: {name: " + name + "}}}";
}

std::string route(const std::string& prefix, const std::string& body) {
  return "{matchers: [{prefix: " + prefix + "}], directResponseAction: {status: 200, body: " + body + "}}";
}

std::string labelled(const std::string& name, const std::string& team, const std::string& routes) {
  return "apiVersion: gateway.solo.io/v1\nkind: RouteTable\nmetadata: {name: " + name +
         ", namespace: gloo-system, labels: {team: " + team + "}}\nspec: {routes: [" + routes + "]}\n";
}

std::string selecting(const std::string& selector) {
  return "{matchers: [{prefix: /}], delegateAction: {selector: {" + selector + "}}}";
}

TEST(Delegation, ATableThatComesGoesOrIsRelabelledCostsThoseThatSelectIt) {
  World world;
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    world.put(service("s" + number, selecting("labels: {team: t" + number + "}")));
    world.put(labelled("table" + number, "t" + number, route("/" + number, "body")));
  }
  world.translate();
  const uint64_t all = world.computed();
  world.put(labelled("more", "t7", route("/more", "more"))).translate();
  EXPECT_LT(world.computed(), 40) << "of " << all;
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("/more"));
  world.put(labelled("more", "t8", route("/more", "more"))).translate();
  EXPECT_LT(world.computed(), 60);
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("/more"));
  world.remove(ref("RouteTable", "more")).translate();
  EXPECT_LT(world.computed(), 40);
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), Not(HasSubstr("/more")));
}

TEST(Delegation, SelectorsFindTheirTablesInEveryWay) {
  World world;
  world.put(labelled("red", "red", route("/red", "body")))
      .put(labelled("blue", "blue", route("/blue", "body")))
      .put(table("bare", route("/bare", "body")));
  const auto found = [&](const std::string& selector) {
    world.put(service("a", selecting(selector))).translate();
    const std::string json = world.json(ResourceType::kRoute, kHttpRoutes);
    std::string out;
    for (const char* path : {"/red", "/blue", "/bare"}) {
      if (json.find(path) != std::string::npos) out += std::string(path) + " ";
    }
    return out;
  };
  EXPECT_EQ(found("labels: {team: red}"), "/red ");
  EXPECT_EQ(found("labels: {team: red}, namespaces: ['*']"), "/red ");
  EXPECT_EQ(found("labels: {team: red}, namespaces: [other, gloo-system]"), "/red ");
  EXPECT_EQ(found("labels: {team: red}, namespaces: [other]"), "");
  EXPECT_EQ(found("namespaces: [gloo-system]"), "/red /blue /bare ");
  EXPECT_EQ(found("expressions: [{key: team, operator: In, values: [red, blue, red]}]"), "/red /blue ");
  EXPECT_EQ(found("expressions: [{key: team, operator: Equals, values: [blue]}]"), "/blue ");
  EXPECT_EQ(found("expressions: [{key: team, operator: NotIn, values: [blue]}]"), "/red /bare ");
  EXPECT_EQ(found("expressions: [{key: team, operator: Exists}, {key: team, operator: In, values: [red]}]"), "/red ");
  EXPECT_EQ(found("expressions: [{key: team, operator: DoesNotExist}]"), "/bare ");
}

TEST(Delegation, ATableAtFaultIsSelectedAsItWasGoodLast) {
  World world;
  world.put(service("a", selecting("labels: {team: red}")))
      .put(labelled("t", "red", route("/red", "body")))
      .translate();
  world.put(labelled("t", "blue", "{matchers: [{prefix: /red}]}")).translate();  // a route that does nothing
  world.put(service("b", selecting("labels: {team: red}"))).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("/red"));
  EXPECT_THAT(world.reasons(ref("VirtualService", "b")), Not(Contains("RouteTableNotFound")));
  world.put(labelled("t", "blue", route("/blue", "body"))).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), Not(HasSubstr("/red")));
}

TEST(Delegation, AChangedRouteOfATableCostsItself) {
  World world;
  std::string routes = route("/0", "one");
  for (int i = 1; i < 100; ++i) routes += ", " + route("/" + std::to_string(i), "same");
  world.put(service("a", to("t"))).put(service("b", to("t"))).put(table("t", routes)).translate();
  const uint64_t all = world.computed();
  routes.replace(routes.find("one"), 3, "two");
  world.put(table("t", routes)).translate();
  EXPECT_LT(world.computed(), 25) << "of " << all;
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("two"));
}

TEST(Delegation, ATableThatWentBadServesItsLastGoodVersion) {
  World world;
  world.put(service("a", to("t"))).put(table("t", route("/", "good"))).translate();
  world.put(table("t", "{matchers: [{prefix: /}]}")).translate();
  EXPECT_EQ(world.state(ref("RouteTable", "t")), model::State::kRejected);
  EXPECT_EQ(world.state(ref("VirtualService", "a")), model::State::kWarning);
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("good"));
  world.put(table("t", route("/", "better"))).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("better"));
  EXPECT_EQ(world.state(ref("VirtualService", "a")), model::State::kAccepted);
}

TEST(Delegation, ABadTableCostsItsBranch) {
  World world;
  world.put(service("a", route("/own", "own") + ", " + to("t"))).translate();
  world.put(table("t", "{matchers: [{prefix: /}]}")).translate();
  EXPECT_EQ(world.state(ref("VirtualService", "a")), model::State::kRejected);
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("own")) << "what was serving serves on";
}

TEST(Delegation, ATableThatComesAndGoes) {
  World world;
  world.put(service("a", to("t") + ", " + route("/own", "own"))).translate();
  EXPECT_THAT(world.reasons(ref("VirtualService", "a")), Contains("RouteTableNotFound"));
  world.put(table("t", route("/table", "table"))).translate();
  EXPECT_EQ(world.state(ref("VirtualService", "a")), model::State::kAccepted);
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("/table"));
  world.remove(ref("RouteTable", "t")).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), Not(HasSubstr("/table")));
  EXPECT_EQ(world.state(ref("VirtualService", "a")), model::State::kWarning);
}

// Tables "t0", "t1", ... of which each delegates twice to the next one.
void put_doubling_tables(World& world, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string next = to("t" + std::to_string(i + 1));
    world.put(table("t" + std::to_string(i), next + ", " + next));
  }
}

TEST(Delegation, TablesThatDoubleAtEachStepHaveAnEnd) {
  World world;
  put_doubling_tables(world, 40);
  world.put(service("a", to("t0") + ", " + route("/own", "own"))).put(table("t40", route("/", "leaf"))).translate();
  EXPECT_THAT(world.reasons(ref("VirtualService", "a")), Contains("TooManyRoutes"));
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("/own")) << "what stands beside them serves";
  EXPECT_LT(world.computed(), 10'000u) << "the tables are counted, not walked";
  world.put(table("t40", "")).translate();
  EXPECT_THAT(world.reasons(ref("VirtualService", "a")), Contains("TooManyRoutes")) << "tables without routes as well";
  world.put(table("t3", route("/three", "three"))).translate();
  EXPECT_EQ(world.state(ref("VirtualService", "a")), model::State::kAccepted) << "eight routes";
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("/three"));
}

TEST(Delegation, MoreRoutesThanAVirtualServiceMayHaveAreLeftOut) {
  World world;
  put_doubling_tables(world, 15);
  const std::string two = route("/", "leaf") + ", " + route("/other", "leaf");
  world.put(service("a", to("t0"))).put(table("t15", two + ", " + two)).translate();
  EXPECT_THAT(world.reasons(ref("VirtualService", "a")), Contains("TooManyRoutes")) << "131,072 routes";
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("leaf")) << "the first ones serve";
}

TEST(Delegation, TablesThatDoubleInACircleAreToldOfTheCircle) {
  World world;
  const std::string back = to("t0");
  world.put(service("a", to("t0"))).put(table("t0", to("t1") + ", " + to("t1"))).put(table("t1", back + ", " + back));
  world.translate();
  EXPECT_THAT(world.reasons(ref("VirtualService", "a")), Contains("DelegationCycle"));
}

}  // namespace
}  // namespace solder::engine::delegation_test
