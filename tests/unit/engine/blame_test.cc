// What Envoys refuse becomes problems of the objects that asked for it.
#include <gtest/gtest.h>

#include "world.h"

namespace solder::engine::blame_test {
namespace {

using testing::World;
using xds::ResourceType;

const model::ObjectRef kService{"VirtualService", "gloo-system", "web"};
const model::ObjectRef kTable{"RouteTable", "gloo-system", "table"};
const model::ObjectRef kUpstream{"Upstream", "gloo-system", "backend"};

RefusedPart refused(ResourceType type, const std::string& name, const std::string& words) {
  return {type, name, words, {"a", "b"}, 2};
}

// A virtual service with a route of its own and one in a table.
void fill(World& world) {
  world.put(testing::upstream("backend", 80));
  world.put(R"(
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {name: web, namespace: gloo-system}
spec:
  virtualHost:
    domains: [web.test]
    routes:
    - matchers: [{prefix: /own}]
      options: {timeout: 7s, headerManipulation: {requestHeadersToRemove: [x-own]}}
      routeAction: {single: {upstream: {name: backend, namespace: gloo-system}}}
    - {matchers: [{prefix: /}], delegateAction: {ref: {name: table, namespace: gloo-system}}}
---
apiVersion: gateway.solo.io/v1
kind: RouteTable
metadata: {name: table, namespace: gloo-system}
spec:
  routes:
  - matchers: [{prefix: /there}]
    options: {headerManipulation: {requestHeadersToRemove: [x-there]}}
    routeAction: {single: {upstream: {name: backend, namespace: gloo-system}}}
)");
  world.translate();
}

TEST(BlameTest, TheFieldThatHoldsEnvoysWordsAndItsPlugin) {
  World world;
  fill(world);
  world.refuse({refused(ResourceType::kRoute, "gloo-system_web", "header x-own is nothing for me")}).translate();
  const auto problems = world.problems(kService);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].reason, "RefusedByEnvoy");
  EXPECT_EQ(problems[0].severity, model::Severity::kError);
  EXPECT_EQ(problems[0].plugin, "headers");
  EXPECT_EQ(problems[0].field.rfind("/spec/virtualHost/routes/0/options/headerManipulation", 0), 0U)
      << problems[0].field;
  EXPECT_NE(problems[0].message.find("header x-own is nothing for me"), std::string::npos);
  EXPECT_EQ(world.state(kService), model::State::kRejected);
  EXPECT_EQ(world.state(kTable), model::State::kAccepted);
}

TEST(BlameTest, ADelegatedRouteIsItsTables) {
  World world;
  fill(world);
  world.refuse({refused(ResourceType::kScopedRoute, "gloo-system_web", "x-there?")}).translate();
  EXPECT_EQ(world.state(kService), model::State::kAccepted);
  EXPECT_EQ(world.state(kTable), model::State::kRejected);
}

TEST(BlameTest, AVirtualHostThatIsServedForItselfIsItsServices) {
  World world;
  fill(world);
  world.refuse({refused(ResourceType::kVirtualHost, std::string(testing::kHttpRoutes) + "-on-demand/web.test", "no")});
  world.translate();
  EXPECT_EQ(world.state(kService), model::State::kRejected);
  world.refuse({refused(ResourceType::kVirtualHost, std::string(testing::kHttpRoutes) + "-on-demand/other", "no")});
  world.translate();
  EXPECT_EQ(world.state(kService), model::State::kAccepted);
}

TEST(BlameTest, WordsThatTellNothingBlameTheObjectAlone) {
  World world;
  fill(world);
  world.refuse({refused(ResourceType::kRoute, "gloo-system_web", "no")}).translate();
  const auto problems = world.problems(kService);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].field, "");
  EXPECT_EQ(problems[0].plugin, "");
}

TEST(BlameTest, AWarningNamesTheNodesWhereOthersTakeIt) {
  World world;
  fill(world);
  world.refuse({{ResourceType::kCluster, "backend_gloo-system", "no such thing", {"old-envoy"}, 3}}).translate();
  const auto problems = world.problems(kUpstream);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].severity, model::Severity::kWarning);
  EXPECT_NE(problems[0].message.find("1 of 3"), std::string::npos) << problems[0].message;
  EXPECT_NE(problems[0].message.find("old-envoy"), std::string::npos) << problems[0].message;
  EXPECT_EQ(problems[0].plugin, "static");
}

TEST(BlameTest, WhatIsNoVirtualHostIsTheGateways) {
  World world;
  fill(world);
  world.refuse({refused(ResourceType::kRoute, testing::kHttpRoutes, "no"),
                refused(ResourceType::kListener, testing::kHttpListener, "no")});
  world.translate();
  EXPECT_EQ(world.problems({"Gateway", "gloo-system", "gateway-proxy"}).size(), 2U);
}

TEST(BlameTest, ItIsTakenBackWhenNobodyRefusesAnyMore) {
  World world;
  fill(world);
  world.refuse({refused(ResourceType::kCluster, "backend_gloo-system", "no")}).translate();
  EXPECT_EQ(world.state(kUpstream), model::State::kRejected);
  const auto& changes = world.refuse({}).translate().changes;
  EXPECT_EQ(world.state(kUpstream), model::State::kAccepted);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].ref, kUpstream);
}

TEST(BlameTest, WhatNobodyAskedForIsNobodys) {
  World world;
  fill(world);
  for (const auto type :
       {ResourceType::kSecret, ResourceType::kCluster, ResourceType::kEndpoint, ResourceType::kListener,
        ResourceType::kExtensionConfig, ResourceType::kScopedRoute, ResourceType::kRoute}) {
    world.refuse({refused(type, "unknown", "no")}).translate();
    for (const auto& ref : {kService, kTable, kUpstream}) EXPECT_TRUE(world.problems(ref).empty());
  }
}

}  // namespace
}  // namespace solder::engine::blame_test
