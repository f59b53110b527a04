// Options reach their owner with the scope that they stand in, and a plugin's failure costs the part that asked for it.
#include "core/engine/plugin_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace solder::engine::plugin_calls_test {
namespace {

using ::testing::AnyOf;
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
  world.put(upstream("one", 1)).put(service("", "nobodys: {}")).translate();
  EXPECT_EQ(world.state(kService), model::State::kRejected);
}

// What a plugin gives for one route may be useless; that costs the route and nothing else.
class BadPart : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(BadPart, CostsItsRoute) {
  World world;
  world.put(upstream("one", 1)).put(service("", std::string("echoA: [") + GetParam().second + "]")).translate();
  const std::string routes = world.json(ResourceType::kRoute, kHttpRoutes);
  EXPECT_THAT(routes, Not(HasSubstr("\"/with\"")));
  EXPECT_THAT(routes, HasSubstr("/without"));
  EXPECT_NE(world.resource(ResourceType::kListener, testing::kHttpListener), nullptr);
  EXPECT_THAT(world.json(ResourceType::kListener, testing::kHttpListener), Not(HasSubstr("envoy.filters.http.cors")));
  EXPECT_TRUE(world.set(ResourceType::kExtensionConfig).empty());
  EXPECT_EQ(world.set(ResourceType::kCluster).size(), 1u);
  EXPECT_THAT(world.reasons(kService), Contains(AnyOf("BadFragment", "InvalidRoute")));
}

INSTANTIATE_TEST_SUITE_P(
    PluginCalls, BadPart,
    ::testing::Values(
        std::pair{
            "AFilterOfAnUnknownType",
            "{slot: http_filter/cors, name: envoy.filters.http.cors, type: type.googleapis.com/nosuch.Type, json: {}}"},
        std::pair{"AFilterThatIsGarbage",
                  "{slot: http_filter/cors, name: envoy.filters.http.cors, type: "
                  "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors, wire: ffff}"},
        std::pair{"AFilterThatEnvoyRefuses",
                  "{slot: http_filter/cors, name: envoy.filters.http.cors, type: "
                  "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer, json: {}}"},
        std::pair{"TheTerminalFilter",
                  "{slot: http_filter/route, name: mine, type: "
                  "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router, json: {}}"},
        std::pair{"AResourceOfTheCores",
                  "{slot: resource/l, type: type.googleapis.com/envoy.config.listener.v3.Listener, json: {name: l}}"},
        std::pair{"AResourceThatEnvoyRefuses",
                  "{slot: resource/c, type: type.googleapis.com/envoy.config.cluster.v3.Cluster, json: "
                  "{connectTimeout: -5s}}"},
        std::pair{"TheMatch", "{slot: route, json: {match: {prefix: /stolen}}}"},
        std::pair{"ARegexThatDoesNotCompile",
                  "{slot: route_action, json: {regexRewrite: {pattern: {regex: '('}, substitution: x}}}"}),
    [](const auto& one) { return std::string(one.param.first); });

TEST(PluginCalls, AClusterOfAPluginsOwnIsServed) {
  World world;
  world.put(upstream("one", 1));
  world.put(service("",
                    "echoA: [{slot: resource/mine, type: type.googleapis.com/envoy.config.cluster.v3.Cluster, json: "
                    "{type: STATIC}}]"));
  world.translate();
  EXPECT_THAT(world.json(ResourceType::kCluster, "mine"), HasSubstr("\"name\":\"mine\""));
  EXPECT_NE(world.resource(ResourceType::kCluster, "one_gloo-system"), nullptr);
}

TEST(PluginCalls, AResourceUnderATakenNameIsNamed) {
  World world;
  world.put(upstream("one", 1));
  world.put(service("",
                    "echoA: [{slot: resource/one_gloo-system, type: "
                    "type.googleapis.com/envoy.config.cluster.v3.Cluster, json: {type: STATIC}}]"));
  world.translate();
  EXPECT_THAT(world.json(ResourceType::kCluster, "one_gloo-system"), HasSubstr("127.0.0.1"));
  EXPECT_THAT(world.reasons(kService), Contains("ResourceConflict"));
}

}  // namespace
}  // namespace solder::engine::plugin_calls_test
