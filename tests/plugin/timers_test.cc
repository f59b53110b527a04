// A plugin with timers: they fire beside its calls, and it is unmapped while they are pending.
#include <gtest/gtest.h>

#include <thread>

#include "tests/plugin/reloading.h"

namespace solder::host {
namespace {

std::string fired(PluginSet& plugins) {
  const auto outputs = call_option(plugins, "timers", {"1"});
  if (outputs.size() != 1 || outputs[0].fragments.size() != 1) return "no answer";
  return outputs[0].fragments[0].bytes;
}

// Until it has changed so often.
void expect_firing(PluginSet& plugins) {
  std::string before = fired(plugins);
  ASSERT_NE(before, "no answer");
  for (int changes = 0; changes < 3;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const std::string now = fired(plugins);
    if (now != before) ++changes;
    before = now;
  }
}

TEST(PluginTimers, FireAgainAndAgain) {
  Reloading world;
  world.drop("good_timers", "", "timers");
  world.start();
  expect_firing(*world.manager->plugins());
}

TEST(PluginTimers, DoNotFireWhereNothingIsServed) {
  PluginDirectory directory;
  directory.add("good_timers");
  const auto plugins = directory.load();
  const std::string before = fired(*plugins);
  ASSERT_NE(before, "no answer");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(fired(*plugins), before);
}

TEST(PluginTimers, FireForTheGenerationThatRuns) {
  Reloading world;
  world.drop("good_timers", "", "timers");
  world.start();
  const auto old = world.manager->plugins();
  expect_firing(*old);
  world.drop("good_timers", "other content", "timers");
  ASSERT_TRUE(world.manager->look().ok());
  const auto young = world.manager->plugins();
  ASSERT_NE(young->option("route", "timers"), old->option("route", "timers"));
  const std::string last = fired(*old);
  expect_firing(*young);
  EXPECT_EQ(fired(*old), last);
  ASSERT_TRUE(world.manager->roll_back("timers", "", "a test").ok());
  expect_firing(*old);
}

// One that fired into a library that is gone would end the process.
TEST(PluginTimers, NoneComesBackIntoAnUnmappedLibrary) {
  Reloading world;
  world.drop("good_timers", "", "timers");
  for (int i = 0; i < 50; ++i) {
    world.start();
    ASSERT_NE(fired(*world.manager->plugins()), "no answer");
  }
}

}  // namespace
}  // namespace solder::host
