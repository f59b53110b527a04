// Discoveries and sources of objects in processes of their own: the services of Solder reach them there, one that ends
// begins anew, and nothing that one does harms its host.
#include <gmock/gmock.h>

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/host/isolation/aside.h"
#include "core/host/loader.h"
#include "core/host/plugin.h"
#include "core/host/services/services.h"
#include "tests/plugin/isolation.h"
#include "tests/unit/host/local_server.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// What a plugin says, in words.
class Listening : public DiscoveryListener, public ObjectListener {
 public:
  base::Status published(const std::string&, const PublishedList& list) override {
    const std::lock_guard lock(mutex);
    ++publications;
    last = to_string(list.object) + " " + list.field + " " + list.items_json;
    return {};
  }
  void reported(const std::string&, const model::ObjectRef&, model::Diagnostics found) override { tell(found); }
  base::Status put(const std::string&, std::string_view json) override {
    const std::lock_guard lock(mutex);
    last = json;
    return {};
  }
  void remove(const std::string&, const model::ObjectRef&) override {}
  void begin_list(const std::string&, const std::string&, const std::string&) override { ++lists; }
  void end_list(const std::string&, const std::string&, const std::string&) override {}
  void keep(const std::string&, const std::string&, const std::string&) override {}
  void complete(const std::string&) override { ++completed; }
  void reported(const std::string&, model::Diagnostics found) override { tell(found); }
  void holds_lease(const std::string&, std::chrono::steady_clock::time_point) override { ++leases; }
  void began(const std::string&) override { ++instances; }

  void tell(const model::Diagnostics& found) {
    const std::lock_guard lock(mutex);
    problem = found.empty() ? "" : found[0].reason + ": " + found[0].message;
  }
  std::string said() {
    const std::lock_guard lock(mutex);
    return last;
  }
  std::string told() {
    const std::lock_guard lock(mutex);
    return problem;
  }

  std::mutex mutex;
  std::string last, problem;
  std::atomic<int> publications{0}, lists{0}, completed{0}, leases{0}, instances{0};
};

class AsideTest : public ::testing::Test {
 protected:
  AsideTest() {
    server.server.Get("/names", [this](const httplib::Request&, httplib::Response& response) {
      ++asked;
      response.set_content("a\nb", "text/plain");
    });
    server.server.Get("/slow", [this](const httplib::Request&, httplib::Response& response) {
      ++asked;
      while (slow) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      response.set_content("slow", "text/plain");
    });
    server.server.Get("/long", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(std::string(size_t{20} << 20, 'x'), "text/plain");
    });
    server.start();
  }
  ~AsideTest() override {
    slow = false;
    discoverer.reset();
    watcher.reset();
  }

  void load(const std::string& built, const std::string& name, const std::string& configuration = "{}") {
    directory.add(built);
    options = directory.options();
    options.configurations = {{name, configuration}};
    options.isolation.program = plugin_host();
    options.isolation.others = isolation::Mode::kProcess;
    options.isolation.first_wait = std::chrono::milliseconds(20);
    std::filesystem::create_directories(options.copy_directory);
    auto found = inspect_plugin((directory.plugins() / (built + ".so")).string(), options);
    ASSERT_TRUE(std::holds_alternative<Candidate>(found)) << std::get<Refused>(found).message;
    auto opened = open_plugin(std::get<Candidate>(found), options, services);
    ASSERT_TRUE(std::holds_alternative<PluginPtr>(opened)) << std::get<Refused>(opened).message;
    plugin = std::get<PluginPtr>(opened);
    ASSERT_TRUE(plugin->isolation().has_value());
  }
  void discover(const std::string& built, const std::string& name) {
    load(built, name);
    ASSERT_TRUE(plugin);
    auto made = plugin->make_discoverer(listener);
    ASSERT_TRUE(made.ok()) << made.status().message();
    discoverer = std::move(*made);
  }
  void follow(const std::string& json) {
    discoverer->follow({{{"Upstream", "ns", "one"}, "finder", "/spec/finder", json, "{}"}});
  }
  [[nodiscard]] int pid() const {
    const auto info = plugin->isolation();
    return info->more_pids.empty() ? 0 : info->more_pids[0];
  }
  void until_said(const std::string& words) {
    until([&] { return listener.said().find(words) != std::string::npos; }, words + ", but " + listener.said());
  }
  void until_told(const std::string& words) {
    until([&] { return words.empty() ? listener.told().empty() : listener.told().find(words) != std::string::npos; },
          words + ", but " + listener.told());
  }

  PluginDirectory directory;
  LoadOptions options;
  LocalServer server;
  std::atomic<int> asked{0};
  std::atomic<bool> slow{true};
  ServicesPtr services = std::make_shared<Services>();
  Listening listener;
  PluginPtr plugin;
  std::unique_ptr<Discoverer> discoverer;
  std::unique_ptr<Watcher> watcher;
};

TEST_F(AsideTest, ADiscoveryAsksAndPublishes) {
  discover("good_finder", "finder");
  follow(R"({"url":")" + server.url("/names") + R"("})");
  until_said(R"(Upstream ns/one /spec/finder/functions [{"name":"a"},{"name":"b"}])");
  const int before = asked;
  until([&] { return asked > before + 2; }, "its timer fires");
  EXPECT_EQ(listener.told(), "");
  follow("{}");
  until_told("MissingField");
}

TEST_F(AsideTest, OneThatIsKilledBeginsAnew) {
  discover("good_finder", "finder");
  follow(R"({"url":")" + server.url("/names") + R"("})");
  for (int i = 0; i < 5; ++i) {
    until([&] { return pid() != 0; }, "it has a process");
    const int before = pid();
    const int publications = listener.publications;
    ASSERT_EQ(::kill(before, SIGKILL), 0);
    until([&] { return pid() != 0 && pid() != before && listener.publications > publications; }, "another one works");
  }
  until_told("");
  EXPECT_EQ(plugin->isolation()->deaths, 5u);
  EXPECT_FALSE(plugin->isolation()->parked);
}

TEST_F(AsideTest, RequestsUnderWayGoWithTheProcess) {
  discover("hostile_finder", "hostile_finder");
  follow(R"({"do":"ask","url":")" + server.url("/slow") + R"("})");
  until([&] { return asked == 1; }, "it asks");
  const int before = pid();
  ASSERT_EQ(::kill(before, SIGKILL), 0);
  until([&] { return asked == 2; }, "the next one asks too");
  slow = false;
  until_said(R"("slow")");
}

TEST_F(AsideTest, NothingOfOneThatLeavesComesBack) {
  discover("good_finder", "finder");
  follow(R"({"url":")" + server.url("/names") + R"("})");
  until_said("[{");
  const int before = pid();
  discoverer.reset();
  EXPECT_NE(::kill(before, 0), 0);
  EXPECT_EQ(pid(), 0);
}

TEST_F(AsideTest, LongAnswersComePieceByPiece) {
  discover("hostile_finder", "hostile_finder");
  follow(R"({"do":"long","url":")" + server.url("/long") + R"("})");
  until_said("long 20971520 200");
}

struct Harm {
  const char* what;
  const char* words;
};
class EveryHarm : public AsideTest, public ::testing::WithParamInterface<Harm> {};

// It is ended and named, what it published stays, and after five times it is left alone until somebody asks for it.
TEST_P(EveryHarm, CostsThePluginAlone) {
  discover("hostile_finder", "hostile_finder");
  follow(R"({"do":"good"})");
  until_said("good");
  follow(R"({"do":")" + std::string(GetParam().what) + R"("})");
  until_told(GetParam().words);
  EXPECT_THAT(listener.told(), StartsWith("PluginDegraded: the plugin hostile_finder, which finds what stands behind"));
  EXPECT_THAT(listener.told(), HasSubstr("what it last gave stays"));
  EXPECT_EQ(std::string(plugin->state()), plugin->isolation()->parked ? "parked" : "degraded");
  follow(R"({"do":"good again"})");
  until_said("good again");
  until_told("");
  EXPECT_STREQ(plugin->state(), "loaded");
}
INSTANTIATE_TEST_SUITE_P(Aside, EveryHarm,
                         ::testing::Values(Harm{"crash", "Segmentation fault while it worked by itself"},
                                           Harm{"garbage", "an answer that makes no sense"},
                                           Harm{"hang", "it did not come back in time"},
                                           Harm{"hang later", "it did not come back in time"}));

TEST_F(AsideTest, OneThatFailsTooOftenIsParkedUntilItIsRevived) {
  discover("hostile_finder", "hostile_finder");
  follow(R"({"do":"crash"})");
  until_told("solder plugin revive hostile_finder");
  EXPECT_STREQ(plugin->state(), "parked");
  EXPECT_EQ(plugin->isolation()->deaths, 5u);
  follow(R"({"do":"good"})");
  EXPECT_EQ(pid(), 0);
  plugin->revive();
  until_said("good");
  until_told("");
}

TEST_F(AsideTest, AFloodIsSlowedDown) {
  const auto begun = std::chrono::steady_clock::now();
  discover("hostile_finder", "hostile_finder");
  follow(R"({"do":"flood"})");
  until([&] { return listener.publications > 2700; }, "more than what it may say at once, and on");
  const int publications = listener.publications;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  EXPECT_LE(publications, 2000 + 500 * took.count()) << "what it may say at once, and each second";
  const int flooding = pid();
  discoverer.reset();
  EXPECT_NE(::kill(flooding, 0), 0);
}

TEST_F(AsideTest, WhatSolderKeepsForItIsBounded) {
  discover("hostile_finder", "hostile_finder");
  follow(R"({"do":"fields"})");
  until_said("fields 7");  // and the one that it tells of
}

TEST_F(AsideTest, RequestsAreBoundedByWhatTheirAnswersMayTake) {
  discover("hostile_finder", "hostile_finder");
  follow(R"({"do":"requests","url":")" + server.url("/slow") + R"("})");
  until_said("requests 64");
}

// 7: permission denied; 12: it did not list the service, and has none.
TEST_F(AsideTest, OfOthersItMayNotSpeak) {
  discover("hostile_finder", "hostile_finder");
  follow(R"({"do":"others"})");
  until_said("others 7 12");
  EXPECT_EQ(listener.completed, 0);
}

TEST_F(AsideTest, ASourceBringsObjectsAndIsToldOfThem) {
  load("good_watcher", "watcher", R"({"url":")" + server.url("/names") + R"(","lease":3600})");
  auto made = plugin->make_watcher(listener);
  ASSERT_TRUE(made.ok()) << made.status().message();
  watcher = std::move(*made);
  ASSERT_TRUE(watcher->watch({{"Secret", "v1"}}).ok());
  until_said(R"("name":"b")");
  until([&] { return listener.completed > 0; }, "it is complete");
  EXPECT_EQ(listener.leases, 1);
  watcher->statuses({{{"Service", "ns", "a"}, R"({"state":"Accepted"})"}});
  until_told(R"(Told: ns/a {"state":"Accepted"})");
  watcher->share({{{"SharedEntry", "", "entry"}, "{}"}});
  until_told("Shares: 1 entry{}");
  const int before = pid();
  ASSERT_EQ(::kill(before, SIGKILL), 0);
  until_told("PluginDegraded: the plugin watcher, which brings objects");
  const int completed = listener.completed;
  until([&] { return listener.completed > completed; }, "the next one is complete");
  EXPECT_EQ(listener.instances, 1);
  EXPECT_EQ(listener.leases, 2);
  // It is told all that the one before was told.
  until_told("Shares: 1 entry{}");
}

TEST_F(AsideTest, ASourceThatCannotWatchIsCompleteAtOnce) {
  load("good_watcher", "watcher", R"({"url":"throw"})");
  auto made = plugin->make_watcher(listener);
  ASSERT_TRUE(made.ok());
  watcher = std::move(*made);
  EXPECT_TRUE(watcher->watch({{"Secret", "v1"}}).ok());
  until([&] { return listener.completed > 0; }, "it is complete");
}

class Nobody : public isolation::Aside::Owner {
 public:
  std::vector<isolation::Parcel> begin(isolation::AsideServices&) override { return {}; }
  void down(const std::string&, bool) override { ++downs; }
  void done(const isolation::Parcel&) override {}
  std::atomic<int> downs{0};
};

// Whether a process with that argument runs: no other has it.
bool runs(const std::string& argument) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    std::ifstream in(entry.path() / "cmdline");
    const std::string words((std::istreambuf_iterator<char>(in)), {});
    if (words.find(argument) != std::string::npos) return true;
  }
  return false;
}

TEST(AsideStart, OfAProcessThatDoesNotAnswerEndsAtOnceWhenNobodyWantsItAnyMore) {
  const std::string seconds = "3000." + std::to_string(::getpid());
  for (const bool started : {false, true}) {
    Nobody owner;
    isolation::AsideBook book;
    isolation::AsideSetup setup{.options = {}, .start = {}, .whose = {}, .entry = book.open()};
    setup.options.program = {"/bin/sleep", {seconds}};
    setup.options.start_patience = std::chrono::minutes(50);
    auto aside = std::make_unique<isolation::Aside>(std::move(setup), owner);
    if (started) until([&] { return runs(seconds); }, "its process is there");
    aside.reset();
    EXPECT_FALSE(runs(seconds));
    EXPECT_EQ(owner.downs, 0);
  }
}

}  // namespace
}  // namespace solder::host
