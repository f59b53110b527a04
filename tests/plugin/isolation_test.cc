// Plugins in a process of their own: the same as in Solder's while all is well; and every way in which one can fail
// costs it alone.
#include "tests/plugin/isolation.h"

#include <gmock/gmock.h>

#include <fstream>

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Clock = std::chrono::steady_clock;

// All that a call can give and look up, compared with the same plugin in this process.
TEST(Isolation, NoDifferenceIsToBeSeen) {
  std::vector<std::vector<ItemOutput>> both;
  std::vector<std::vector<std::string>> warnings;
  for (const bool isolated : {false, true}) {
    PluginDirectory directory;
    directory.add("good_reader");
    LoadOptions options = directory.options();
    options.configurations = {{"reader", R"({"colour":"red"})"}};
    if (isolated) options.isolation.program = plugin_host();
    options.isolation.others = isolation::Mode::kProcess;
    const auto plugins = PluginSet::load(options);
    ASSERT_EQ(plugins->loaded().size(), 1u);
    EXPECT_EQ(plugins->loaded()[0].isolation.has_value(), isolated);
    warnings.push_back(plugins->loaded()[0].warnings);
    const std::string object = R"({"of":"it"})";
    both.push_back(call_option(*plugins, "reader", {"1", "2", "3"},
                               [&](size_t index, const model::ObjectRef&) { return index == 1 ? nullptr : &object; }));
  }
  EXPECT_EQ(warnings[0], warnings[1]);
  ASSERT_EQ(both[0].size(), both[1].size());
  for (size_t i = 0; i < both[0].size(); ++i) {
    const ItemOutput &here = both[0][i], &there = both[1][i];
    ASSERT_EQ(here.fragments.size(), there.fragments.size());
    for (size_t k = 0; k < here.fragments.size(); ++k) {
      EXPECT_EQ(here.fragments[k].slot, there.fragments[k].slot);
      EXPECT_EQ(here.fragments[k].name, there.fragments[k].name);
      EXPECT_EQ(here.fragments[k].type_url, there.fragments[k].type_url);
      EXPECT_EQ(here.fragments[k].bytes, there.fragments[k].bytes);
      EXPECT_EQ(here.fragments[k].clear, there.fragments[k].clear);
      EXPECT_EQ(here.fragments[k].weight, there.fragments[k].weight);
      EXPECT_EQ(here.fragments[k].encoding, there.fragments[k].encoding);
      EXPECT_EQ(here.fragments[k].origin, there.fragments[k].origin);
    }
    EXPECT_EQ(here.diagnostics, there.diagnostics);
  }
}

TEST(Isolation, WhatItFindsWrongAndThrowsComesBack) {
  Isolated world("bad_throws");
  EXPECT_EQ(world.ask("throws", "\"text\""), "");
  EXPECT_EQ(world.problem(), "PluginThrew: plugin throws threw an exception: cannot handle \"text\"");
  EXPECT_EQ(world.info().deaths, 0u);
}

// Garbage to the sink is refused there and here with the same words.
TEST(Isolation, BadItemsAreToldAsInThisProcess) {
  PluginDirectory directory;
  directory.add("bad_garbage");
  LoadOptions options = directory.options();
  const auto here = PluginSet::load(options);
  options.isolation.program = plugin_host();
  options.isolation.others = isolation::Mode::kProcess;
  const auto there = PluginSet::load(options);
  const std::string key = here->loaded().at(0).claims.at(0).key;
  const auto one = call_option(*here, key, {"1", "2"}), other = call_option(*there, key, {"1", "2"});
  ASSERT_EQ(one.size(), other.size());
  for (size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].diagnostics, other[i].diagnostics);
}

// What was looked up last time is sent along: the second call asks nothing, and is a read all the same.
TEST(Isolation, LookupsAreSentAlongTheNextTime) {
  Isolated world("good_reader");
  size_t reads = 0;
  std::string object = R"({"of":"one"})";
  const auto lookup = [&](size_t, const model::ObjectRef& ref) {
    EXPECT_EQ(ref, (model::ObjectRef{"Upstream", "ns", "wanted"}));
    ++reads;
    return &object;
  };
  EXPECT_THAT(world.ask("reader", "1", lookup), HasSubstr(R"(wanted {"of":"one"})"));
  EXPECT_EQ(reads, 1u);
  object = R"({"of":"two"})";
  EXPECT_THAT(world.ask("reader", "1", lookup), HasSubstr(R"(wanted {"of":"two"})"));
  EXPECT_EQ(reads, 2u);
}

TEST(Isolation, WhatCannotBeOpenedIsRefusedWithItsOwnReason) {
  for (const auto& [plugin, reason] :
       {std::pair{"bad_create_fails", "CreateFailed"}, std::pair{"bad_declined", "Declined"},
        std::pair{"swap_crash_open", "OpenFailed"}}) {
    PluginDirectory directory;
    directory.add(plugin);
    LoadOptions options = directory.options();
    options.isolation.program = plugin_host();
    options.isolation.others = isolation::Mode::kProcess;
    const auto plugins = PluginSet::load(options);
    ASSERT_EQ(plugins->refused().size(), 1u) << plugin;
    EXPECT_EQ(plugins->refused()[0].reason, reason) << plugins->refused()[0].message;
  }
}

// Timers are its process's own; they fire where it is the generation that runs.
TEST(Isolation, TimersFireInItsProcess) {
  Isolated world("good_timers");
  EXPECT_EQ(world.ask("timers", "1"), R"({"name": "0"})");
  world.plugin("timers").serve(true);
  until([&] { return world.ask("timers", "1") > R"({"name": "1)"; }, "it has fired");
  world.plugin("timers").serve(false);
}

struct Ending {
  const char* value;
  const char* words;
};
class EveryEnding : public ::testing::TestWithParam<Ending> {};

// What it gave before stays; another input is an error that names the reason; the process that comes next serves on.
TEST_P(EveryEnding, CostsThePluginAlone) {
  Isolated world("hostile", std::chrono::milliseconds(1000));
  const auto [value, words] = GetParam();
  EXPECT_EQ(world.ask("hostile", "\"good\""), R"({"stat_prefix":"good"})");
  const auto begin = Clock::now();
  EXPECT_EQ(world.ask("hostile", std::string("\"") + value + "\""), "");
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(10)) << "a call has a deadline";
  EXPECT_THAT(world.problem(),
              StartsWith("PluginUnavailable: the plugin hostile, which brings this, does not answer: "));
  EXPECT_THAT(world.problem(), HasSubstr(words));
  EXPECT_EQ(world.ask("hostile", "\"good\""), R"({"stat_prefix":"good"})");
  EXPECT_THAT(world.problem(), StartsWith("PluginDegraded: "));
  EXPECT_EQ(world.state(), "degraded");
  bool again = false;
  until([&] { return (again = world.plugin("hostile").tend() || again) && !world.info().down; }, "it is back");
  EXPECT_EQ(world.ask("hostile", "\"good\""), R"({"stat_prefix":"good"})");
  EXPECT_EQ(world.problem(), "");
  EXPECT_EQ(world.ask("hostile", "\"new\""), R"({"stat_prefix":"new"})");
  EXPECT_GE(world.info().deaths, 1u);
}

INSTANTIATE_TEST_SUITE_P(Isolation, EveryEnding,
                         ::testing::Values(Ending{"crash", "ended by Segmentation fault while in a call"},
                                           Ending{"abort", "ended by Aborted"}, Ending{"exit", "with exit code 7"},
                                           Ending{"words", "it printed last: no colour for this"},
                                           Ending{"hang", "did not come back"}, Ending{"spin", "did not come back"},
                                           Ending{"stop", "did not come back"}, Ending{"garbage", "makes no sense"},
                                           Ending{"gigabyte", "makes no sense"}, Ending{"drip", "did not come back"},
                                           Ending{"close", "closed its connection"}),
                         [](const auto& each) { return std::string(each.param.value); });

// An input that ends every process is kept from it, and the others are served.
TEST(Isolation, APoisonousInputIsKeptFromIt) {
  Isolated world("hostile");
  EXPECT_EQ(world.ask("hostile", "\"good\""), R"({"stat_prefix":"good"})");
  EXPECT_EQ(world.ask("hostile", "\"crash\""), "");
  until([&] { return world.plugin("hostile").tend(), !world.info().down; }, "it is back");
  const auto deaths = world.info().deaths;
  EXPECT_EQ(world.info().kept_from_it, 1u);
  EXPECT_EQ(world.ask("hostile", "\"crash\""), "");
  EXPECT_THAT(world.problem(), HasSubstr("Segmentation fault"));
  EXPECT_EQ(world.ask("hostile", "\"other\""), R"({"stat_prefix":"other"})");
  EXPECT_EQ(world.info().deaths, deaths) << "the input never came near it again";
  // One that is no longer asked for is forgotten with everything else that is not.
  auto& plugin = world.plugin("hostile");
  const auto next = plugin.renewed();
  EXPECT_EQ(world.ask("hostile", "\"good\""), R"({"stat_prefix":"good"})");
  next->settle();
  EXPECT_EQ(world.info().kept_from_it, 0u);
}

// A process that others kill is started again within the call, which notices nothing.
TEST(Isolation, AKilledProcessIsNotNoticed) {
  Isolated world("hostile");
  for (int i = 0; i < 20; ++i) {
    const std::string value = "v" + std::to_string(i);
    EXPECT_EQ(world.ask("hostile", "\"" + value + "\""), "{\"stat_prefix\":\"" + value + "\"}") << world.problem();
    const int pid = world.info().pid;
    ASSERT_GT(pid, 0);
    ::kill(pid, SIGKILL);
  }
  EXPECT_EQ(world.state(), "loaded");
  EXPECT_GE(world.info().deaths, 19u);
}

// It never did anything right, and the first thing that it can do brings it back.
TEST(Isolation, AnInputThatCameMeanwhileBringsItBack) {
  Isolated world("hostile");
  EXPECT_EQ(world.ask("hostile", "\"crash\""), "");
  EXPECT_EQ(world.ask("hostile", "\"mended\""), "") << "it is down";
  until([&] { return world.plugin("hostile").tend(), !world.info().down; }, "it is back");
  EXPECT_EQ(world.ask("hostile", "\"mended\""), R"({"stat_prefix":"mended"})");
  EXPECT_EQ(world.info().kept_from_it, 1u);
}

// Five failures, and it is left alone until somebody asks for it.
TEST(Isolation, OneThatFailsTooOftenIsParkedAndRevived) {
  Isolated world("hostile", std::chrono::milliseconds(200));
  EXPECT_EQ(world.ask("hostile", "\"crash\""), "");
  auto& plugin = world.plugin("hostile");
  until([&] { return plugin.tend(), world.info().parked; }, "it is parked");
  EXPECT_EQ(world.state(), "parked");
  const auto deaths = world.info().deaths;
  for (int i = 0; i < 100; ++i) plugin.tend();
  EXPECT_EQ(world.ask("hostile", "\"good\""), "");
  EXPECT_THAT(world.problem(), HasSubstr("it is not started again until `solder plugin revive hostile`"));
  EXPECT_EQ(world.info().deaths, deaths);
  plugin.revive();
  EXPECT_TRUE(plugin.tend());
  EXPECT_EQ(world.state(), "loaded");
  EXPECT_EQ(world.ask("hostile", "\"good\""), R"({"stat_prefix":"good"})");
}

TEST(Isolation, StateIsSavedAndRestoredAndOutlivesItsProcess) {
  Isolated world("swap_state");
  const auto first = world.plugin("swap").save();
  ASSERT_TRUE(first.ok() && first->has_value());
  ASSERT_TRUE(world.plugin("swap").restore("1.0.0", **first).ok());
  ASSERT_NE(world.ask("swap", "{}"), "");
  const auto before = world.plugin("swap").save();
  ::kill(world.info().pid, SIGKILL);
  EXPECT_NE(world.ask("swap", "{}"), "");
  const auto after = world.plugin("swap").save();
  ASSERT_TRUE(after.ok() && after->has_value());
  EXPECT_EQ(**after, **before) << "it began with what it began with before";
}

}  // namespace
}  // namespace solder::host
