// Plugins that come, go and are replaced while the engine runs: what used them is translated again, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace solder::engine::plugin_changes_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::kHttpRoutes;
using ::testing::Not;
using testing::upstream;
using testing::virtual_service;
using testing::World;
using xds::ResourceType;

const model::ObjectRef kWith{"VirtualService", "gloo-system", "with"};
const model::ObjectRef kUpstream{"Upstream", "gloo-system", "one"};

// One service that uses an option of `routing`, and `others` that use no option.
void fill(World& world, int others) {
  world.put(upstream("one", 80)).put(virtual_service("with", "with.test", "one", "      options: {timeout: 7s}\n"));
  for (int i = 0; i < others; ++i) {
    const std::string name = "plain" + std::to_string(i);
    world.put(virtual_service(name, name + ".test", "one"));
  }
  world.translate();
}

TEST(PluginChanges, AReplacedPluginRunsAgainWhatUsedItAndSendsNothingWhereItGivesTheSame) {
  World world;
  fill(world, 50);
  const auto before = world.output().snapshots;
  world.use_plugins({"static", "headers", "tls", "kubernetes"}).translate();
  world.use_plugins({}).translate();
  const auto routes = world.resource(ResourceType::kRoute, kHttpRoutes);
  world.translate();
  EXPECT_EQ(world.computed(), 0u);
  world.use_plugins({}, true).translate();
  EXPECT_EQ(world.resource(ResourceType::kRoute, kHttpRoutes), routes) << "equal output is the same resource";
  EXPECT_TRUE(world.output().changes.empty());
}

TEST(PluginChanges, OneOptionOfOneRouteCostsThatRoute) {
  World world;
  fill(world, 200);
  world.use_plugins({"routing"}).translate();
  const uint64_t without = world.computed();
  EXPECT_LT(without, 40u) << "200 other services, which use nothing of it, must not be looked at again";
  world.use_plugins({}).translate();
  EXPECT_LT(world.computed(), 40u);
}

TEST(PluginChanges, AnOptionLivesAsSoonAsItsPluginIsThere) {
  World world;
  world.use_plugins({"routing"});
  fill(world, 1);
  EXPECT_EQ(world.state(kWith), model::State::kRejected);
  EXPECT_THAT(world.reasons(kWith), Contains("NoPluginForKey"));
  world.use_plugins({}).translate();
  EXPECT_EQ(world.state(kWith), model::State::kAccepted);
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("\"timeout\":\"7s\""));
}

TEST(PluginChanges, AnUpstreamOfATypeThatComes) {
  World world;
  world.use_plugins({"static"});
  fill(world, 1);
  EXPECT_EQ(world.set(ResourceType::kCluster).size(), 0u);
  world.use_plugins({}).translate();
  EXPECT_EQ(world.set(ResourceType::kCluster).size(), 1u);
  EXPECT_EQ(world.state(kUpstream), model::State::kAccepted);
}

TEST(PluginChanges, ATryThatIsTakenBackLeavesNoTrace) {
  World world;
  fill(world, 3);
  const auto routes = world.resource(ResourceType::kRoute, kHttpRoutes);
  world.use_plugins({"routing"}).try_out();
  EXPECT_EQ(world.state(kWith), model::State::kRejected);
  world.use_plugins({}).translate();
  EXPECT_EQ(world.state(kWith), model::State::kAccepted);
  EXPECT_EQ(world.resource(ResourceType::kRoute, kHttpRoutes)->hash, routes->hash);
}

TEST(PluginChanges, AKindThatPluginsReadComesAndGoes) {
  World world;
  const std::string service =
      "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: gloo-system}\nspec: {ports: [{port: 80}]}\n";
  const model::ObjectRef ref{"Service", "gloo-system", "s"};
  world.use_plugins({"kubernetes"}).put(service).translate();
  EXPECT_THAT(world.reasons(ref), Contains("UnknownKind"));
  world.use_plugins({}).translate();
  EXPECT_THAT(world.reasons(ref), Not(Contains("UnknownKind")));
  world.use_plugins({"kubernetes"}).translate();
  EXPECT_THAT(world.reasons(ref), Contains("UnknownKind"));
}

TEST(PluginChanges, NothingIsSaidOfNamespacesWhichAreReadForTheirLabels) {
  World world;
  const model::ObjectRef ref{"Namespace", "default", "shop"};
  world.put("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n").translate();
  EXPECT_THAT(world.reasons(ref), ::testing::IsEmpty());
  world.put("apiVersion: example.com/v1\nkind: Namespace\nmetadata: {name: shop}\n").translate();
  EXPECT_THAT(world.reasons(ref), Contains("UnknownKind")) << "another project's";
}

}  // namespace
}  // namespace solder::engine::plugin_changes_test
