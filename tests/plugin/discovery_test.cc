// A plugin that finds functions: what it is told to follow, what it publishes, and that one instance at a time works.
#include <gmock/gmock.h>

#include <atomic>

#include "core/config/documents.h"
#include "core/discovery/function_discovery.h"
#include "core/host/services/services.h"
#include "tests/plugin/reloading.h"
#include "tests/unit/host/local_server.h"

namespace solder::host {
namespace {

const model::ObjectRef kRef{"Upstream", "ns", "one"};

class Discovering : public ::testing::Test {
 public:  // tests point to members
  Discovering() {
    server.server.Get("/functions", [this](const httplib::Request&, httplib::Response& response) {
      ++asked;
      const std::lock_guard lock(mutex);
      response.set_content(functions, "text/plain");
    });
    server.start();
    world.options.plugins.services = services;
    world.judge = [this](const Proposal& proposal) {
      use(proposal.plugins);
      return Verdict{};
    };
    world.drop("good_finder", "", "finder");
    world.start();
    make();
    use(world.manager->plugins());
  }
  // Its judge tells the finder of plugins.
  ~Discovering() override { world.manager.reset(); }

  void make() {
    discovery::FunctionDiscovery::Ends ends;
    ends.publish = [this](const std::string& plugin, const PublishedList& list) {
      const std::lock_guard lock(mutex);
      published = plugin + " " + to_string(list.object) + " " + list.field + " " + list.items_json;
      return base::Status();
    };
    ends.gone = [this](const model::ObjectRef& ref) {
      const std::lock_guard lock(mutex);
      gone = to_string(ref);
    };
    ends.tell = [this](const model::Diagnostics& problems) {
      const std::lock_guard lock(mutex);
      told =
          problems.empty() ? "" : problems[0].reason + " " + problems[0].field + " " + to_string(problems[0].severity);
    };
    finder = std::make_unique<discovery::FunctionDiscovery>(services->secrets, std::move(ends));
  }
  void use(const std::shared_ptr<PluginSet>& plugins) {
    if (!finder) return;
    std::vector<config::Claim> claims;
    for (const auto& plugin : plugins->loaded()) {
      for (const auto& claim : plugin.claims)
        claims.push_back({claim.plugin, claim.scope, claim.key, claim.schema_json});
    }
    finder->plugins(plugins, *config::SchemaCatalog::make(claims));
  }
  void write(const std::string& spec) {
    store::Batch batch;
    batch.complete = true;
    const std::string text =
        "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: one, namespace: ns}\nspec: ";
    if (spec.empty()) {
      batch.changes = {{kRef, nullptr}};
    } else {
      batch.changes = {{kRef, config::parse_documents(text + spec, "a.yaml").objects.at(0)}};
    }
    finder->objects(std::move(batch));
  }
  std::string url() const { return "{finder: {url: '" + server.url("/functions") + "'}}"; }
  void set_functions(const std::string& text) {
    const std::lock_guard lock(mutex);
    functions = text;
  }
  void until(std::string Discovering::*what, const std::string& words) {
    Reloading::until(
        [&] {
          const std::lock_guard lock(mutex);
          return words.empty() ? (this->*what).empty() : (this->*what).find(words) != std::string::npos;
        },
        words);
  }

  std::mutex mutex;
  std::string functions = "a\nb", published, told, gone;
  std::atomic<int> asked{0};
  LocalServer server;
  ServicesPtr services = std::make_shared<Services>();
  Reloading world;
  std::unique_ptr<discovery::FunctionDiscovery> finder;
};

TEST_F(Discovering, WhatIsFoundIsPublishedAsItChanges) {
  write(url());
  until(&Discovering::published, R"(finder Upstream ns/one /spec/finder/functions [{"name":"a"},{"name":"b"}])");
  set_functions("c");
  until(&Discovering::published, R"([{"name":"c"}])");
  set_functions("problem");
  until(&Discovering::told, "Bad /spec/finder/url warning");
  set_functions("d");
  until(&Discovering::told, "");
  until(&Discovering::published, R"([{"name":"d"}])");
}

TEST_F(Discovering, AnErrorOfTheFirstCallIsAWarning) {
  write("{finder: {}}");
  until(&Discovering::told, "MissingField /spec/finder/url warning");
  write(url());
  until(&Discovering::told, "");
}

TEST_F(Discovering, APluginThatIsTakenAwayTakesItsProblemsAlong) {
  set_functions("problem");
  write(url());
  until(&Discovering::told, "Bad");
  world.remove("finder");
  until(&Discovering::told, "");
}

TEST_F(Discovering, AnUpstreamThatGoesIsForgotten) {
  write(url());
  until(&Discovering::published, "\"a\"");
  write("");
  until(&Discovering::gone, "Upstream ns/one");
  // What it is asked for settles: nobody asks any more.
  Reloading::until(
      [&] {
        const int before = asked;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        return asked == before;
      },
      "nobody asks");
}

TEST_F(Discovering, AnotherGenerationGoesOnAndTheOldOneLeaves) {
  write(url());
  until(&Discovering::published, "\"a\"");
  for (int i = 0; i < 10; ++i) {
    const Plugin* before = world.manager->plugins()->upstream_type("finder");
    world.drop("good_finder", "content " + std::to_string(i), "finder");
    ASSERT_TRUE(world.manager->look().ok());
    ASSERT_NE(world.manager->plugins()->upstream_type("finder"), before) << world.message();
    set_functions("after" + std::to_string(i));
    until(&Discovering::published, "after" + std::to_string(i));
  }
}

}  // namespace
}  // namespace solder::host
