// A plugin that brings objects: what it says becomes a store, what became of the objects it is told, and a plugin that
// cannot watch holds nobody up.
#include <gmock/gmock.h>

#include "core/config/documents.h"
#include "core/host/services/services.h"
#include "core/sources/source_driver.h"
#include "tests/plugin/reloading.h"
#include "tests/unit/host/local_server.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;

class Sources : public ::testing::Test {
 public:  // tests point to members
  Sources() {
    server.server.Get("/names", [this](const httplib::Request&, httplib::Response& response) {
      const std::lock_guard lock(mutex);
      response.status = names.empty() ? 503 : 200;
      response.set_content(names, "text/plain");
    });
    server.start();
    world.options.plugins.services = services;
  }
  ~Sources() override {
    world.manager.reset();
    driver.reset();
    store.stop();
  }
  void start(const std::string& url, const std::string& more = "") {
    world.options.plugins.load.configurations = {{"watcher", R"({"url":")" + url + R"(")" + more + "}"}};
    world.drop("good_watcher", "", "watcher");
    world.start();
    store.expect(sources::watching(*world.manager->plugins()));
    ASSERT_TRUE(store
                    .start([this](const store::Batch& batch) {
                      const std::lock_guard lock(mutex);
                      for (const auto& change : batch.changes) {
                        change.object ? static_cast<void>(now[change.ref.name] = change.object)
                                      : static_cast<void>(now.erase(change.ref.name));
                      }
                      complete = batch.complete;
                      problem =
                          batch.problems.empty() ? "" : batch.problems[0].reason + " " + batch.problems[0].message;
                    })
                    .ok());
    driver = std::make_unique<sources::SourceDriver>(store);
    driver->plugins(world.manager->plugins());
  }
  void set_names(const std::string& text) {
    const std::lock_guard lock(mutex);
    names = text;
  }
  std::string all() {
    const std::lock_guard lock(mutex);
    std::string out = complete ? "" : "incomplete";
    for (const auto& [name, object] : now) out += name + " ";
    return out;
  }
  void until(const std::string& wanted) {
    for (int i = 0; i < 2000 && all() != wanted; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(all(), wanted);
  }

  std::mutex mutex;
  std::string names, problem;
  std::map<std::string, model::ObjectPtr> now;
  bool complete = false;
  LocalServer server;
  ServicesPtr services = std::make_shared<Services>();
  Reloading world;
  sources::SourceStore store{world.directory.plugins() / ".." / "sources"};
  std::unique_ptr<sources::SourceDriver> driver;
};

TEST_F(Sources, WhatItSaysIsAStore) {
  start(server.url("/names"));
  EXPECT_EQ(all(), "incomplete");
  set_names("a\nb");
  until("a b ");
  set_names("b\nc");
  until("b c ");
}

TEST_F(Sources, WhatBecameOfItsObjectsItIsTold) {
  start(server.url("/names"));
  set_names("a");
  until("a ");
  report::Reports::Changes changes;
  changes.reports = {{{"Service", "ns", "a"}, model::State::kWarning, {}, now["a"]->hash},
                     {{"Service", "ns", "other"}, model::State::kAccepted, {}, 1}};
  changes.reports[0].diagnostics = {{.severity = model::Severity::kWarning, .reason = "Bad", .message = "not good"}};
  driver->reports(changes);
  const auto told = [&] {
    const std::lock_guard lock(mutex);
    return problem;
  };
  for (int i = 0; i < 2000 && told().empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_THAT(told(), HasSubstr("Told ns/a"));
  EXPECT_THAT(told(), HasSubstr(R"("state":"Warning")"));
  EXPECT_THAT(told(), HasSubstr("not good"));
  EXPECT_THAT(told(), HasSubstr(R"("generation":7)"));
}

TEST_F(Sources, ItIsToldWhatIsSharedOfItsObjects) {
  start(server.url("/names"));
  set_names("a");
  until("a ");
  using Entry = sources::SourceDriver::SharedEntry;
  driver->share({std::make_shared<Entry>(Entry{{"Service", "ns", "a"}, "entry", "{}"}),
                 std::make_shared<Entry>(Entry{{"Service", "ns", "of another"}, "other", "{}"})});
  const auto told = [&] {
    const std::lock_guard lock(mutex);
    return problem;
  };
  for (int i = 0; i < 2000 && told().empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(told(), "Shares 1 entry{}");
}

TEST_F(Sources, WhoKeepsALeaseSaysWhetherThisOneLeads) {
  EXPECT_TRUE(store.leadership().leads());
  start(server.url("/names"), R"(,"lease":3600)");
  set_names("a");
  until("a ");
  EXPECT_TRUE(store.leadership().leads());
  EXPECT_FALSE(store.leadership().leads(std::chrono::steady_clock::now() + std::chrono::hours(2)));
}

TEST_F(Sources, OneThatCannotWatchHoldsNobodyUp) {
  start("throw");
  until("");
}

TEST_F(Sources, WhatAPluginThatLeavesBroughtStays) {
  start(server.url("/names"));
  set_names("a");
  until("a ");
  world.options.plugins.load.configurations = {};
  driver->plugins(std::shared_ptr<PluginSet>(PluginSet::make({}, {}, world.options.plugins.load)));
  driver.reset();
  EXPECT_EQ(all(), "a ");
}

}  // namespace
}  // namespace solder::host
