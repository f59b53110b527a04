// Plugins with a process of their own in a server: reloads, probation, what is told when one fails, and plugins that
// Solder crashed in.
#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>
#include <fstream>

#include "core/host/preflight.h"
#include "core/host/private_copy.h"
#include "tests/plugin/isolation.h"
#include "tests/plugin/reloading.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;

class IsolatedWorld : public Reloading {
 public:
  IsolatedWorld() {
    options.plugins.load.call_deadline = std::chrono::milliseconds(1000);
    options.plugins.load.isolation.program = plugin_host();
    options.plugins.load.isolation.first_wait = std::chrono::milliseconds(20);
  }

  [[nodiscard]] PluginInfo only() const { return manager->listing()->loaded().at(0); }
  [[nodiscard]] std::string history() const { return manager->history_json(""); }
  // What the option "hostile" of that value gives: bytes, or a reason.
  [[nodiscard]] std::string give(const std::string& value) const {
    const auto outputs = call_option(*manager->plugins(), "hostile", {"\"" + value + "\""});
    if (outputs.empty()) return "nothing";
    if (!outputs[0].fragments.empty()) return outputs[0].fragments[0].bytes;
    return outputs[0].diagnostics.empty() ? "" : outputs[0].diagnostics[0].reason;
  }
};

TEST(IsolationManager, AReloadTakesItsStateFromProcessToProcess) {
  IsolatedWorld world;
  world.options.plugins.load.isolation.others = isolation::Mode::kProcess;
  world.run("swap_1", "1.0.0");
  ASSERT_TRUE(world.only().isolation);
  const int before = world.only().isolation->pid;
  EXPECT_THAT(world.now(), HasSubstr("one"));
  world.drop("swap_2");
  world.until_version("2.0.0");
  EXPECT_THAT(world.now(), HasSubstr("two"));
  until([&] { return world.only().version == "2.0.0"; }, "the listing follows");
  EXPECT_NE(world.only().isolation->pid, before);
  ASSERT_TRUE(world.manager->roll_back("swap", "", "test").ok());
  EXPECT_EQ(world.version(), "1.0.0");
  EXPECT_EQ(world.only().isolation->pid, before) << "the very process that stood by";
}

TEST(IsolationManager, AFailureOnProbationBringsTheOldOneBack) {
  IsolatedWorld world;
  world.drop("hostile", "", "hostile");
  world.start();
  EXPECT_EQ(world.give("x"), R"({"stat_prefix":"x"})");
  const std::string first = world.only().sha256;
  world.drop("hostile", "another generation", "hostile");
  until([&] { return world.only().sha256 != first; }, "the other generation runs");
  EXPECT_EQ(world.give("crash"), "PluginUnavailable");
  until([&] { return world.only().sha256 == first; }, "the old one is back");
  EXPECT_THAT(world.history(), HasSubstr("rolled_back"));
  EXPECT_THAT(world.history(), HasSubstr("Segmentation fault"));
}

// Both when it goes down and when it comes back, everything is asked anew: that is how objects come to say so.
TEST(IsolationManager, ThatItFailedAndThatItIsBackIsTold) {
  IsolatedWorld world;
  world.drop("hostile", "", "hostile");
  world.start();
  EXPECT_EQ(world.give("x"), R"({"stat_prefix":"x"})");
  const uint64_t generation =
      world.manager->plugins()->generation(*world.manager->plugins()->option("route", "hostile"));
  EXPECT_EQ(world.give("crash"), "PluginUnavailable");
  until([&] { return world.history().find("recovered") != std::string::npos; }, "it is back");
  EXPECT_THAT(world.history(), HasSubstr("degraded"));
  EXPECT_EQ(world.only().state, "loaded");
  EXPECT_NE(world.manager->plugins()->generation(*world.manager->plugins()->option("route", "hostile")), generation);
  EXPECT_EQ(world.give("x"), R"({"stat_prefix":"x"})");
}

// A plugin that failed so often, in an object that stays as it is, that it was parked.
class ParkedWorld : public IsolatedWorld {
 public:
  ParkedWorld() {
    drop("hostile", "", "hostile");
    judge = [this](const Proposal& proposal) {
      if (there_) call_option(*proposal.plugins, "hostile", {"\"crash\""});
      return Verdict{};
    };
    start();
    // Nothing is known that it can do, so that what it failed in keeps it from coming back.
    EXPECT_EQ(give("crash"), "PluginUnavailable");
    until([this] { return history().find("parked") != std::string::npos; }, "it is parked");
    EXPECT_EQ(only().state, "parked");
    EXPECT_EQ(give("x"), "PluginUnavailable");
    there_ = false;
  }

 private:
  std::atomic<bool> there_{true};
};

TEST(IsolationManager, OneThatIsParkedIsRevived) {
  ParkedWorld world;
  const auto revived = world.manager->revive("hostile", "test");
  ASSERT_TRUE(revived.ok()) << revived.status().message();
  EXPECT_THAT(*revived, HasSubstr("runs in process"));
  EXPECT_EQ(world.give("x"), R"({"stat_prefix":"x"})");
  EXPECT_THAT(world.manager->revive("nobody", "test").status().message(), HasSubstr("there is no plugin"));
}

TEST(IsolationManager, OneThatIsParkedIsReplacedByWhatBearsItsInputs) {
  IsolatedWorld world;
  world.options.plugins.load.isolation.others = isolation::Mode::kProcess;
  world.options.plugins.probation = std::chrono::milliseconds(0);
  world.drop("swap_crash_call");
  world.start();
  EXPECT_EQ(world.now(), "") << "it ends its process";
  until([&] { return world.version() == "4.0.0 parked"; }, "it is parked");
  world.drop("swap_crash_call", "another generation");
  world.until_refused("PreflightFailed");
  world.drop("swap_2");
  world.until_version("2.0.0");
  EXPECT_THAT(world.now(), HasSubstr("two"));
}

TEST(IsolationManager, OnlyProcessesAreRevived) {
  IsolatedWorld world;
  world.run("swap_1", "1.0.0");
  EXPECT_FALSE(world.only().isolation);
  EXPECT_THAT(world.manager->revive("swap", "test").status().message(), HasSubstr("runs in Solder's own process"));
}

// As if Solder had crashed in it: the next start says so and keeps it out of its process, over restarts, until its file
// changes.
TEST(IsolationManager, WhatSolderCrashedInGetsAProcess) {
  IsolatedWorld world;
  world.options.plugins.probation = std::chrono::milliseconds(0);
  world.run("swap_1", "1.0.0");
  until(
      [&] {
        return PluginDirectory::read(world.directory.root() / "copies/state.json").find("\"probation\": false") !=
               std::string::npos;
      },
      "probation is over");
  world.manager.reset();
  std::ofstream(world.directory.root() / "copies/crashed") << "swap";
  for (int i = 0; i < 2; ++i) {
    world.start();
    ASSERT_TRUE(world.only().isolation);
    EXPECT_THAT(world.only().warnings.at(0), HasSubstr("Solder crashed in it"));
    EXPECT_THAT(world.history(), HasSubstr("crashed"));
    world.manager.reset();
  }
  world.options.plugins.load.isolation.plugins["swap"] = isolation::Mode::kInProcess;
  world.start();
  EXPECT_FALSE(world.only().isolation) << "the operator's word";
  world.options.plugins.load.isolation.plugins.clear();
  world.start();
  world.drop("swap_2");
  world.until_version("2.0.0");
  until([&] { return !world.only().isolation; }, "another content");
}

// On probation it goes back to what ran before; the first content of a plugin has nothing to go back to.
TEST(IsolationManager, WhatSolderCrashedInAtOnceGetsAProcessToo) {
  IsolatedWorld world;
  const auto crash = [&] {
    world.manager.reset();
    std::ofstream(world.directory.root() / "copies/crashed") << "swap";
    world.start();
  };
  world.run("swap_1", "1.0.0");
  crash();
  ASSERT_TRUE(world.only().isolation);
  EXPECT_EQ(world.version(), "1.0.0");
  world.drop("swap_2");
  world.until_version("2.0.0");
  crash();
  EXPECT_EQ(world.version(), "1.0.0");
  EXPECT_EQ(world.refused(), "RolledBack");
  EXPECT_TRUE(world.only().isolation) << "that one crashed before";
}

// A plugin that is to have a process of its own is tried in one that is shut in as well.
TEST(IsolationManager, TheTryIsShutInToo) {
  Preflight preflight(SOLDER_PREFLIGHT_HELPER, {}, std::chrono::seconds(10));
  PluginDirectory directory;
  PreflightItem item;
  item.name = "hostile";
  item.file = PluginDirectory::built("hostile").string();
  item.limits = isolation::Limits{};
  // A sample as the book keeps them: it forks, and ends its process where that works.
  item.samples = {
      R"({"operation":3,"scope":7,"action":1,"owner":["Route","ns",""],"key":"hostile","path":"/p","value":"\"must not fork\"","all":"{}"})"};
  const std::filesystem::path copies = directory.root() / "copies";
  std::filesystem::create_directory(copies);
  const std::string bytes = PluginDirectory::read(item.file);
  const auto copy = private_copy(copies.string(), "hostile", bytes, content_hash(bytes));
  ASSERT_TRUE(copy.ok());
  item.file = *copy;
  auto free = item;
  free.limits.reset();
  const auto problems = preflight.check({item, free});
  EXPECT_EQ(problems[0], std::nullopt);
  ASSERT_TRUE(problems[1]) << "the same in a process that is not shut in";
  EXPECT_THAT(*problems[1], HasSubstr("exit code 9"));
}

}  // namespace
}  // namespace solder::host
