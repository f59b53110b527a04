// Plugin files that are refused before anything of their plugin ran, that are gone, or that change while they are
// being taken.
#include <gmock/gmock.h>

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "tests/plugin/reloading.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;

TEST(ManagerEdge, AFirstFileThatIsRefusedIsLookedAtAgain) {
  Reloading world;
  world.start();
  world.drop("swap_crash_open");
  world.until_refused("PreflightFailed");
  ASSERT_TRUE(world.manager->look().ok());
  EXPECT_EQ(world.refused(), "PreflightFailed");
  const std::string told = world.manager->history_json("swap");
  EXPECT_EQ(told.find("refused"), told.rfind("refused")) << "once: " << told;
  world.drop("swap_1");
  world.until_version("1.0.0");
  world.until_refused("");
}

TEST(ManagerEdge, OneThatWasRefusedAtTheStartToo) {
  Reloading world;
  world.drop("swap_crash_open");
  world.start();
  ASSERT_TRUE(world.manager->look().ok());
  EXPECT_EQ(world.refused(), "PreflightFailed");
  world.drop("swap_1");
  world.until_version("1.0.0");
}

TEST(ManagerEdge, WhatIsGoneIsNotGoneBackTo) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  world.drop("swap_2");
  world.until_version("2.0.0");
  world.remove();
  world.until_version("2.0.0 gone");
  const auto done = world.manager->roll_back("swap", "", "a test");
  ASSERT_FALSE(done.ok());
  EXPECT_THAT(done.status().message(), HasSubstr("was taken away"));
  const auto again = world.manager->reload("swap", false, "a test");
  ASSERT_FALSE(again.ok());
  EXPECT_THAT(again.status().message(), HasSubstr("was taken away"));
  EXPECT_EQ(world.version(), "2.0.0 gone");
  world.drop("swap_2");
  world.until_version("2.0.0");
  world.until_refused("");
}

// What others end is not the next plugin's fault.
TEST(ManagerEdge, AProcessForTryingThatIsGoneIsReplaced) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  std::ifstream children("/proc/thread-self/children");
  int ended = 0;
  for (pid_t child = 0; children >> child; ++ended) ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(ended, 1);
  world.drop("swap_2");
  world.until_version("2.0.0");
  EXPECT_THAT(world.manager->history_json("swap"), ::testing::Not(HasSubstr("PreflightFailed")));
}

TEST(ManagerEdge, AnAnswerThatStopsInItsMiddleIsNotWaitedForForEver) {
  Reloading world;
  world.options.preflight_patience = std::chrono::milliseconds(500);
  world.run("swap_1", "1.0.0");
  world.drop("swap_half_answer");
  world.until_refused("PreflightFailed");
  EXPECT_THAT(world.message(), HasSubstr("did not come back from being opened"));
  EXPECT_EQ(world.version(), "1.0.0");
}

// "good" comes before "swap" in one look; what is done to the file of "swap" meanwhile comes after it was read.
TEST(ManagerEdge, AFileThatBecomesAnotherPluginWhileItIsTaken) {
  Reloading world;
  std::atomic<bool> first{false}, dropped{false}, changed{false};
  world.judge = [&](const Proposal& proposal) {
    if (proposal.plugin != "good") {
      first = true;
      while (!dropped) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } else if (!changed.exchange(true)) {
      world.drop("good_deriver");
    }
    return Verdict{};
  };
  world.start();
  world.drop("good_reader", "", "reader");
  Reloading::until([&] { return first.load(); }, "the first is proposed");
  world.drop("good", "", "good");
  world.drop("swap_1");
  dropped = true;
  const auto loaded = [&](const std::string& name) {
    const auto all = world.manager->plugins()->loaded();
    return std::any_of(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
  };
  Reloading::until([&] { return loaded("deriver"); }, "the plugin that the file holds now");
  ASSERT_TRUE(world.manager->look().ok());
  EXPECT_TRUE(loaded("good"));
  EXPECT_TRUE(loaded("deriver"));
  EXPECT_EQ(world.version(), "");
  const std::string told = world.manager->history_json("deriver");
  EXPECT_EQ(told.find("loaded"), told.rfind("loaded")) << "once: " << told;
  EXPECT_THAT(told, ::testing::Not(HasSubstr("reloaded")));
}

}  // namespace
}  // namespace solder::host
