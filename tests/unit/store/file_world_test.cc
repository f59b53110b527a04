// Files by the clock: who is believed when. The time is the test's own.
#include "core/store/file_world.h"

#include <gtest/gtest.h>

#include "tests/unit/store/temp_directory.h"

namespace solder::store {
namespace {

class World : public ::testing::Test {
 protected:
  class Nobody : public WalkVisitor {
   public:
    void directory(const std::string& /*path*/, const std::string& /*real*/) override {}
    void entry(const std::string& /*directory*/, const std::string& /*name*/) override {}
  };
  std::string news() {
    last = world.take();
    std::string out;
    for (const auto& change : last.changes) {
      out += std::string(out.empty() ? "" : " ") + (change.object ? "+" : "-") + change.ref.name;
    }
    return out;
  }
  void walk_again(bool everything = false) {
    Nobody nobody;
    world.walked(walk({dir.path()}, nobody), everything, now);
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    world.due(now);
  }

  TempDirectory dir;
  FileWorld world;
  FileWorld::Time now{};
  Batch last;
};

TEST_F(World, ADeletedFileIsBelievedAfterTheGrace) {
  dir.write("a.yaml", upstream("a"));
  walk_again();
  EXPECT_EQ(news(), "+a");
  dir.remove("a.yaml");
  world.gone(dir.at("a.yaml"), now);
  EXPECT_EQ(world.next_due(), now + FileWorld::kGrace);
  pass(FileWorld::kGrace / 2);
  EXPECT_EQ(news(), "");
  pass(FileWorld::kGrace);
  EXPECT_EQ(news(), "-a");
  EXPECT_EQ(world.next_due(), std::nullopt);
}

TEST_F(World, AFileThatComesBackWasNeverAway) {
  dir.write("a.yaml", upstream("a"));
  walk_again();
  news();
  dir.remove("a.yaml");
  world.gone(dir.at("a.yaml"), now);
  dir.write("a.yaml", upstream("a", 81));
  world.written(dir.at("a.yaml"), now);
  pass(FileWorld::kGrace);
  EXPECT_EQ(news(), "");
  world.ready(dir.at("a.yaml"), now);
  EXPECT_EQ(news(), "+a");
  EXPECT_EQ(world.next_due(), std::nullopt);
}

TEST_F(World, AFileHeldOpenCountsWhenItIsQuiet) {
  dir.write("a.yaml", upstream("a"));
  world.written(dir.at("a.yaml"), now);
  pass(FileWorld::kQuiet / 2);
  world.written(dir.at("a.yaml"), now);
  pass(FileWorld::kQuiet / 2);
  EXPECT_EQ(news(), "");
  pass(FileWorld::kQuiet / 2);
  EXPECT_EQ(news(), "+a");
}

TEST_F(World, AWalkDoesNotTakeAHalfWrittenFileForADeletion) {
  dir.write("a.yaml", upstream("a"));
  walk_again();
  news();
  dir.write("a.yaml", "");
  walk_again();
  EXPECT_EQ(news(), "");
  dir.write("a.yaml", upstream("a", 81));
  walk_again();
  EXPECT_EQ(news(), "+a");
  dir.write("a.yaml", "");
  walk_again();
  pass(FileWorld::kQuiet);
  EXPECT_EQ(news(), "-a");
}

TEST_F(World, AfterLostEventsEverythingIsReadAgain) {
  dir.write("a.yaml", upstream("a"));
  dir.write("b.yaml", upstream("b"));
  walk_again();
  news();
  dir.write("a.yaml", upstream("a", 81));
  dir.remove("b.yaml");
  dir.write("c.yaml", upstream("c"));
  walk_again(true);
  EXPECT_EQ(news(), "+a +c");
  pass(FileWorld::kGrace);
  EXPECT_EQ(news(), "-b");
}

TEST_F(World, ADirectoryThatCannotBeListedKeepsItsObjects) {
  dir.write("a.yaml", upstream("a"));
  walk_again();
  news();
  Tree tree;
  tree.unreadable = {dir.path()};
  world.walked(tree, true, now);
  pass(FileWorld::kGrace);
  EXPECT_EQ(news(), "");
}

TEST_F(World, ATooLargeFileKeepsItsObjectsAndIsTakenWhenItIsSmallAgain) {
  FileWorld small(config::Limits{.max_file_bytes = 1000});
  dir.write("a.yaml", upstream("a"));
  small.ready(dir.at("a.yaml"), now);
  EXPECT_EQ(small.take().changes.size(), 1u);
  dir.write("a.yaml", upstream("a") + std::string(1000, '#'));
  small.ready(dir.at("a.yaml"), now);
  auto batch = small.take();
  EXPECT_TRUE(batch.changes.empty());
  ASSERT_EQ(batch.problems.size(), 1u);
  EXPECT_EQ(batch.problems[0].reason, "TooLarge");
  dir.write("a.yaml", upstream("a"));
  small.ready(dir.at("a.yaml"), now);
  EXPECT_TRUE(small.take().problems.empty());
}

}  // namespace
}  // namespace solder::store
