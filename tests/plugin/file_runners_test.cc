// Files that are no libraries, run by a plugin: they come, change, break and go as libraries do.
#include "core/host/file_runners.h"

#include <gmock/gmock.h>

#include "tests/plugin/reloading.h"

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RunFiles : public Reloading {
 public:
  RunFiles() { directory.add("runner"); }
  void drop_words(const std::string& text, const std::string& as = "swap.words") {
    directory.write(".new", text);
    std::filesystem::rename(directory.plugins() / ".new", directory.plugins() / as);
  }
};

TEST(FileRunners, EndingsOfNames) {
  EXPECT_EQ(ending_of("/a.b/c.so"), "so");
  EXPECT_EQ(ending_of("c.tar.py"), "py");
  EXPECT_EQ(ending_of("/a.b/c"), "");
  EXPECT_EQ(ending_of(".py"), "");
}

TEST(FileRunners, AtAStartWithoutAManager) {
  RunFiles world;
  world.drop_words("swap\n1.0.0\none\ngood\n");
  world.drop_words("other\n1.0.0\none\nbad\n", "bad.words");
  world.drop_words("third\n1.0.0\none\nrefuse\n", "refuse.words");
  world.drop_words("Wrong\n1\none\ngood\n", "wrong.words");
  world.drop_words("import solder\n", "x.py");
  const auto plugins = world.directory.load();
  EXPECT_THAT(names(*plugins), ElementsAre("runner", "swap"));
  EXPECT_THAT(Reloading::ask(*plugins), HasSubstr("one"));
  ASSERT_EQ(plugins->refused().size(), 4u);
  const auto& bad = plugins->refused()[0];
  EXPECT_EQ(bad.reason, "BadFile");
  EXPECT_EQ(bad.message, "the fourth line says that it is bad");
  EXPECT_THAT(bad.file, HasSubstr("/plugins/bad.words"));
  EXPECT_EQ(plugins->refused()[1].reason, "Declined");
  EXPECT_EQ(plugins->refused()[1].message, "it has no table");
  EXPECT_EQ(plugins->refused()[2].reason, "BadManifest");
  EXPECT_THAT(plugins->refused()[2].message, HasSubstr("/name is \"Wrong\""));
  EXPECT_EQ(plugins->refused()[3].reason, "NoRunner");
  EXPECT_EQ(plugins->refused()[3].message, "no plugin that is there runs .py files; the plugin python does");
}

TEST(FileRunners, DroppedReplacedRemovedAndBack) {
  RunFiles world;
  world.start();
  world.drop_words("swap\n1.0.0\none\ngood\n");
  world.until_version("1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("one"));
  world.drop_words("swap\n2.0.0\ntwo\ngood\n");
  world.until_version("2.0.0");
  EXPECT_THAT(world.now(), HasSubstr("two"));
  ASSERT_TRUE(world.manager->roll_back("swap", "", "a test").ok());
  EXPECT_EQ(world.version(), "1.0.0");
  EXPECT_EQ(world.refused(), "RolledBack");
  std::filesystem::remove(world.directory.plugins() / "swap.words");
  world.until_version("1.0.0 gone");
  EXPECT_THAT(world.now(), HasSubstr("one"));
  world.start();
  EXPECT_EQ(world.version(), "1.0.0 gone");
  EXPECT_THAT(world.now(), HasSubstr("one"));
  // And the same plugin as a library.
  world.drop("swap_2");
  world.until_version("2.0.0");
  ASSERT_TRUE(world.manager->roll_back("swap", "", "a test").ok());
  EXPECT_EQ(world.version(), "1.0.0");
}

TEST(FileRunners, WhatIsWrongWithAFileKeepsTheOldOne) {
  RunFiles world;
  world.drop_words("swap\n1.0.0\none\ngood\n");
  world.start();
  world.until_version("1.0.0");
  world.drop_words("swap\n2.0.0\ntwo\nbad\n");
  world.until_refused("BadFile");
  world.drop_words("swap\n2.0.0\ntwo\nsilent\n");
  world.until_message("runner does not tell its manifest");
  world.drop_words("swap\n2.0.0\ntwo\ncrash\n");
  world.until_refused("PreflightFailed");
  EXPECT_THAT(world.message(), HasSubstr("it ended by Aborted while being read"));
  EXPECT_EQ(world.version(), "1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("one"));
  EXPECT_THAT(world.manager->history_json("swap"), HasSubstr("the fourth line says that it is bad"));
  // A restart begins with what ran.
  world.start();
  EXPECT_EQ(world.version(), "1.0.0");
  world.drop_words("swap\n3.0.0\nthree\ngood\n");
  world.until_version("3.0.0");
}

TEST(FileRunners, TheirRunnerMayComeLaterAndLeaveFirst) {
  RunFiles world;
  std::filesystem::remove(world.directory.plugins() / "runner.so");
  world.drop_words("swap\n1.0.0\none\ngood\n");
  world.start();
  EXPECT_EQ(world.version(), "");
  world.directory.add("runner");
  world.until_version("1.0.0");
  std::filesystem::remove(world.directory.plugins() / "runner.so");
  world.drop_words("swap\n2.0.0\ntwo\ngood\n");
  world.until_version("2.0.0");
  EXPECT_THAT(world.now(), HasSubstr("two"));
}

TEST(FileRunners, ManyReloadsLeaveNothing) {
  RunFiles world;
  world.options.plugins.probation = std::chrono::milliseconds(0);
  world.start();
  for (int i = 1; i <= 50; ++i) {
    const std::string version = std::to_string(i) + ".0.0";
    world.drop_words("swap\n" + version + "\nword" + std::to_string(i) + "\ngood\n");
    world.until_version(version);
  }
  EXPECT_THAT(world.now(), HasSubstr("word50"));
  world.start();  // which tidies up
  size_t copies = 0;
  for (const auto& entry : std::filesystem::directory_iterator(world.options.plugins.load.copy_directory)) {
    copies += entry.path().extension() == ".words" ? 1 : 0;
  }
  EXPECT_EQ(copies, 5u);
}

}  // namespace
}  // namespace solder::host
