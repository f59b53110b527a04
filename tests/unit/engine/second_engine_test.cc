// A second engine with other plugins that takes the first one's place while objects are edited: nothing is lost, what
// is equal stays equal, and what is told is what has changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/report/reporter.h"
#include "world.h"

namespace solder::engine::second_engine_test {
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

void fill(World& world, int others) {
  world.put(upstream("one", 80)).put(virtual_service("with", "with.test", "one", "      options: {timeout: 7s}\n"));
  for (int i = 0; i < others; ++i) {
    const std::string name = "plain" + std::to_string(i);
    world.put(virtual_service(name, name + ".test", "one"));
  }
  world.translate();
}

TEST(SecondEngine, WhoseOutputIsEqualTellsAndSendsNothing) {
  World world;
  fill(world, 50);
  const auto routes = world.resource(ResourceType::kRoute, kHttpRoutes);
  const auto clusters = world.set(ResourceType::kCluster).hash();
  world.change_engines({}, true, nullptr);
  EXPECT_EQ(world.resource(ResourceType::kRoute, kHttpRoutes)->hash, routes->hash);
  EXPECT_EQ(world.set(ResourceType::kCluster).hash(), clusters);
  EXPECT_TRUE(world.output().changes.empty());
  world.translate();
  EXPECT_EQ(world.computed(), 0u) << "it knows all that the first one knew";
}

TEST(SecondEngine, TellsOfThoseWhoseReportIsAnotherAlone) {
  World world;
  fill(world, 20);
  world.change_engines({"routing"}, false, nullptr);
  ASSERT_EQ(world.output().changes.size(), 1u);
  EXPECT_EQ(world.output().changes[0].ref, kWith);
  EXPECT_THAT(world.reasons(kWith), Contains("NoPluginForKey"));
  world.change_engines({}, false, nullptr);
  ASSERT_EQ(world.output().changes.size(), 1u);
  EXPECT_TRUE(world.output().changes[0].diagnostics.empty());
}

TEST(SecondEngine, LearnsOfEditsThatCameWhileItWasMade) {
  World world;
  fill(world, 20);
  int edits = 0;
  world.change_engines({}, true, [&] {
    ++edits;
    const std::string name = "new" + std::to_string(edits);
    world.put(virtual_service(name, name + ".test", "one"));
    if (edits == 2) world.remove(kWith);
    if (edits == 3) world.put(upstream("one", 81));
  });
  ASSERT_GT(edits, 3);
  const std::string routes = world.json(ResourceType::kRoute, kHttpRoutes);
  for (int i = 1; i <= edits; ++i) EXPECT_THAT(routes, HasSubstr("new" + std::to_string(i) + ".test"));
  EXPECT_THAT(routes, Not(HasSubstr("with.test")));
  EXPECT_THAT(world.json(ResourceType::kCluster, "one_gloo-system"), HasSubstr("81"));
}

TEST(SecondEngine, ThatDoesNotTakeThePlaceLeavesNoTrace) {
  World world;
  fill(world, 5);
  const auto routes = world.resource(ResourceType::kRoute, kHttpRoutes);
  world.change_engines({"routing"}, true, nullptr, false);
  EXPECT_EQ(world.resource(ResourceType::kRoute, kHttpRoutes), routes);
  EXPECT_EQ(world.state(kWith), model::State::kAccepted);
}

TEST(SecondEngine, GoesOnWithLastGoodVersionsAndKeepsThemOverARestart) {
  const auto directory = std::filesystem::path(::testing::TempDir()) / "solder-second-engine";
  std::filesystem::remove_all(directory);
  const std::string broken =
      "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: one, namespace: gloo-system}\n"
      "spec: {static: {hosts: []}}\n";
  const auto served = [](const World& world) { return world.json(ResourceType::kCluster, "one_gloo-system"); };
  World world(directory.string());
  fill(world, 5);
  world.put(broken).translate();
  EXPECT_THAT(served(world), HasSubstr("127.0.0.1"));
  world.change_engines({}, true, [&] { world.put(upstream("two", 82)); });
  EXPECT_THAT(served(world), HasSubstr("127.0.0.1"));
  world.put(upstream("one", 90)).translate();
  world.put(broken).translate();
  EXPECT_THAT(served(world), HasSubstr("90"));
  world.flush_last_good();

  World after(directory.string());
  after.put(upstream("two", 82)).put(broken).translate();
  EXPECT_THAT(served(after), HasSubstr("90")) << "what was good after the change was written down";
}

TEST(SecondEngine, SaysWhatEnvoysRefuseAsTheFirstOneDid) {
  World world;
  fill(world, 3);
  world.refuse({{ResourceType::kCluster, "one_gloo-system", "no such thing", {"node"}, 1}}).translate();
  const auto reasons = world.reasons({"Upstream", "gloo-system", "one"});
  ASSERT_FALSE(reasons.empty());
  world.change_engines({}, true, nullptr);
  EXPECT_EQ(world.reasons({"Upstream", "gloo-system", "one"}), reasons);
  EXPECT_TRUE(world.output().changes.empty());
}

TEST(SecondEngine, IsTakenWhereManyStepsUseWhatIsAnother) {
  World few, many;
  fill(few, 40);
  for (int i = 0; i < 40; ++i) {
    const std::string name = "v" + std::to_string(i);
    many.put(virtual_service(name, name + ".test", "one", "      options: {timeout: " + std::to_string(i) + "s}\n"));
  }
  many.translate();
  EXPECT_EQ(few.reach({}, false), 0u);
  EXPECT_GE(many.reach({"routing"}, false), 40u);
  EXPECT_LT(few.reach({"routing"}, false), 10u);
}

}  // namespace
}  // namespace solder::engine::second_engine_test
