// A plugin with timers: they fire beside its calls, and it is unmapped while they are pending.
#include <gtest/gtest.h>

#include <thread>

#include "tests/plugin/plugin_directory.h"

namespace solder::host {
namespace {

std::string fired(PluginSet& plugins) {
  const auto outputs = call_option(plugins, "timers", {"1"});
  if (outputs.size() != 1 || outputs[0].fragments.size() != 1) return "no answer";
  return outputs[0].fragments[0].bytes;
}

TEST(PluginTimers, FireAgainAndAgain) {
  PluginDirectory directory;
  directory.add("good_timers");
  const auto plugins = directory.load();
  std::string before = fired(*plugins);
  ASSERT_NE(before, "no answer");
  for (int changes = 0; changes < 3;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const std::string now = fired(*plugins);
    if (now != before) ++changes;
    before = now;
  }
}

// One that fired into a library that is gone would end the process.
TEST(PluginTimers, NoneComesBackIntoAnUnmappedLibrary) {
  PluginDirectory directory;
  directory.add("good_timers");
  for (int i = 0; i < 50; ++i) ASSERT_NE(fired(*directory.load()), "no answer");
}

}  // namespace
}  // namespace solder::host
