// Options reach their owner with the scope that they stand in, and a plugin's failure costs the part that asked for it.
#include "core/engine/plugin_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace solder::engine {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::kHttpRoutes;
using ::testing::Not;
using testing::upstream;
using testing::World;
using xds::ResourceType;

const model::ObjectRef kService{"VirtualService", "gloo-system", "vs"};

std::string service(const std::string& host_options, const std::string& route_options) {
  return "apiVersion: gateway.solo.io/v1\nkind: VirtualService\nmetadata: {name: vs, namespace: gloo-system}\nspec:\n"
         "  virtualHost:\n    domains: ['*']\n    options: {" +
         host_options +
         "}\n    routes:\n"
         "    - {matchers: [{prefix: /with}], options: {" +
         route_options +
         "}, routeAction: {single: {upstream: {name: one, namespace: gloo-system}}}}\n"
         "    - {matchers: [{prefix: /without}], routeAction: {single: {upstream: {name: one, namespace: "
         "gloo-system}}}}\n";
}

TEST(PluginCalls, EachOptionReachesItsOwnersSlot) {
  World world;
  world.put(upstream("one", 1));
  world.put(service("echoB: [{slot: virtual_host, json: {include_request_attempt_count: true}}]",
                    "echoA: [{slot: route_action, json: {prefix_rewrite: /a}}], "
                    "echoB: [{slot: route, json: {stat_prefix: b}}]"));
  world.translate();
  const std::string routes = world.json(ResourceType::kRoute, kHttpRoutes);
  EXPECT_THAT(routes, HasSubstr("includeRequestAttemptCount"));
  EXPECT_THAT(routes, HasSubstr("/a"));
  EXPECT_THAT(routes, HasSubstr("statPrefix"));
  EXPECT_EQ(world.state(kService), model::State::kAccepted);
}

TEST(PluginCalls, AFailureOfARoutesOptionCostsThatRoute) {
  World world;
  world.put(upstream("one", 1)).put(service("", "echoA: [{diag: {severity: error, reason: Wrong}}]")).translate();
  const std::string routes = world.json(ResourceType::kRoute, kHttpRoutes);
  EXPECT_THAT(routes, Not(HasSubstr("\"/with\"")));
  EXPECT_THAT(routes, HasSubstr("/without"));
  EXPECT_THAT(world.reasons(kService), Contains("Wrong"));
}

TEST(PluginCalls, AnOptionThatNobodyOwnsIsNamed) {
  World world;
  world.put(upstream("one", 1)).put(service("", "waf: {}")).translate();
  EXPECT_EQ(world.state(kService), model::State::kRejected);
}

}  // namespace
}  // namespace solder::engine
