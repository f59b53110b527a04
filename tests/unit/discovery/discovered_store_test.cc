// Two stores as one: what users say, what was found, in whatever order the two come.
#include "core/discovery/discovered_store.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/config/documents.h"
#include "core/discovery/discovered_fields.h"

namespace solder::discovery {
namespace {

class FakeStore : public store::Store {
 public:
  explicit FakeStore(store::Listener& listener) : listener_(listener) {}
  base::Status start(store::Listener listener) override {
    listener_ = std::move(listener);
    return {};
  }
  void stop() override {}

 private:
  store::Listener& listener_;
};

class DiscoveredStoreTest : public ::testing::Test {
 protected:
  DiscoveredStoreTest() {
    EXPECT_TRUE(both->start([this](store::Batch batch) {
                      for (const auto& change : batch.changes) now[change.ref] = change.object;
                      last = std::move(batch);
                      ++batches;
                    })
                    .ok());
  }
  static store::Batch batch(const std::string& text) {
    store::Batch out;
    for (auto& object : config::parse_documents(text, "a.yaml").objects) out.changes.push_back({object->ref, object});
    out.complete = true;
    return out;
  }
  static std::string upstream(const std::string& aws) {
    return "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: u, namespace: ns}\nspec: {aws: " + aws +
           "}\n";
  }
  static std::string found(const std::string& items, const std::string& plugin = "p") {
    return to_yaml(plugin, {kRef, "/spec/aws/lambdaFunctions", "logicalName", items});
  }
  std::string functions() {
    const auto& object = now[kRef];
    if (!object) return "none";
    return nlohmann::json::parse(object->json).value("/spec/aws/lambdaFunctions"_json_pointer, nlohmann::json()).dump();
  }

  static const inline model::ObjectRef kRef{"Upstream", "ns", "u"};
  store::Listener users, discovered;
  store::Batch heard, last;
  int batches = 0;
  std::map<model::ObjectRef, model::ObjectPtr> now;
  std::unique_ptr<DiscoveredStore> both =
      DiscoveredStore::make(std::make_unique<FakeStore>(users), std::make_unique<FakeStore>(discovered),
                            {[this](const store::Batch& said) { heard = said; }});
};

TEST_F(DiscoveredStoreTest, WholeWhenBothAre) {
  users(batch(upstream("{region: r}")));
  EXPECT_FALSE(last.complete);
  EXPECT_EQ(functions(), "null");
  discovered(batch(found(R"([{"logicalName":"a"}])")));
  EXPECT_TRUE(last.complete);
  EXPECT_EQ(functions(), R"([{"logicalName":"a"}])");
  EXPECT_EQ(heard.changes.size(), 1u);
  EXPECT_EQ(heard.changes[0].object->json.find("logicalName"), std::string::npos) << "as the user wrote it";
}

TEST_F(DiscoveredStoreTest, WhatWasFoundBeforeTheObjectCame) {
  discovered(batch(found(R"([{"logicalName":"a"}])")));
  EXPECT_EQ(functions(), "none");
  users(batch(upstream("{region: r}")));
  EXPECT_EQ(functions(), R"([{"logicalName":"a"}])");
}

TEST_F(DiscoveredStoreTest, ChangesOfEitherSide) {
  users(batch(upstream("{region: r}")));
  discovered(batch(found(R"([{"logicalName":"a"}])")));
  users(batch(upstream("{lambdaFunctions: [{logicalName: m}]}")));
  EXPECT_EQ(functions(), R"([{"logicalName":"m"},{"logicalName":"a"}])");
  discovered(batch(found(R"([{"logicalName":"b"}])")));
  EXPECT_EQ(functions(), R"([{"logicalName":"m"},{"logicalName":"b"}])");
  store::Batch gone = batch(found("[]"));
  gone.changes[0].object = nullptr;
  discovered(gone);
  EXPECT_EQ(functions(), R"([{"logicalName":"m"}])");
  store::Batch away;
  away.changes = {{kRef, nullptr}};
  users(away);
  EXPECT_EQ(functions(), "none");
}

TEST_F(DiscoveredStoreTest, TwoPluginsInOrderOfName) {
  users(batch(upstream("{region: r}")));
  discovered(batch(found(R"([{"logicalName":"a","by":"q"}])", "q") + "---\n" +
                   found(R"([{"logicalName":"a","by":"p"}])", "p")));
  EXPECT_EQ(functions(), R"([{"by":"p","logicalName":"a"}])");
}

TEST_F(DiscoveredStoreTest, ProblemsOfAllThree) {
  store::Batch said = batch(upstream("{region: r}"));
  said.problems = {{.reason = "One"}};
  users(said);
  said = batch(found("[]"));
  said.problems = {{.reason = "Two"}};
  discovered(said);
  both->tell({{.reason = "Three"}});
  ASSERT_EQ(last.problems.size(), 3u);
  const int before = batches;
  both->tell({{.reason = "Three"}});
  EXPECT_EQ(batches, before) << "no news";
  both->tell({});
  EXPECT_EQ(last.problems.size(), 2u);
}

}  // namespace
}  // namespace solder::discovery
