// Sources as a store: nothing of half a world, and what was last said outlives a restart.
#include "core/sources/source_store.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/unit/store/temp_directory.h"

namespace solder::sources::source_store_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string service(const std::string& name) {
  return R"({"apiVersion":"v1","kind":"Service","metadata":{"name":")" + name + R"(","namespace":"ns"}})";
}

class SourceStoreTest : public ::testing::Test {
 protected:
  void begin(bool expected = true) {
    told.clear();
    complete = false;
    store = std::make_unique<SourceStore>(directory.at("sources"), std::chrono::milliseconds(1));
    if (expected) store->expect({"kube"});
    ASSERT_TRUE(store
                    ->start([this](const store::Batch& batch) {
                      for (const auto& change : batch.changes)
                        told.push_back((change.object ? "+" : "-") + change.ref.name);
                      complete = batch.complete;
                      problems = batch.problems;
                    })
                    .ok());
    store->begin("kube");
  }
  void put(const std::string& name) { ASSERT_TRUE(store->put("kube", service(name)).ok()); }

  store::TempDirectory directory;
  std::vector<std::string> told;
  bool complete = false;
  model::Diagnostics problems;
  std::unique_ptr<SourceStore> store;  // last: it tells the others
};

TEST_F(SourceStoreTest, NothingCountsBeforeEverythingWasSaid) {
  begin();
  put("a");
  EXPECT_FALSE(complete);
  EXPECT_THAT(told, IsEmpty());
  store->complete("kube");
  EXPECT_TRUE(complete);
  EXPECT_THAT(told, ElementsAre("+a"));
  put("b");
  store->remove("kube", {"Service", "ns", "a"});
  EXPECT_THAT(told, ElementsAre("+a", "+b", "-a"));
  EXPECT_EQ(store->find({"Service", "ns", "b"}).plugin, "kube");
  EXPECT_EQ(store->find({"Service", "ns", "a"}).object, nullptr);
}

TEST_F(SourceStoreTest, ASourceWithNothingIsCompleteToo) {
  begin();
  EXPECT_FALSE(complete);
  store->complete("kube");
  EXPECT_TRUE(complete);
}

TEST_F(SourceStoreTest, SettingsAreKnownBeforeThoseWhoWaitForThem) {
  bool known = false;
  begin();
  store->expect({"vault"});
  store->awaits_settings({"vault"}, [&] { known = true; });
  store->reported("kube", {{.reason = "Unreachable"}});
  EXPECT_FALSE(known);
  store->complete("kube");
  EXPECT_TRUE(known);
  EXPECT_FALSE(complete);
  store->complete("vault");
  EXPECT_TRUE(complete);
  store.reset();
}

TEST_F(SourceStoreTest, WhatIsToStayInMemoryIsNotWrittenNorIsHalfOfIt) {
  begin();
  put("a");
  store->complete("kube");
  const std::string secret =
      R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"ns","annotations":{"solder.io/keep":"memory"}},"stringData":{"k":"v"}})";
  ASSERT_TRUE(store->put("kube", secret).ok());
  store.reset();
  struct stat info {};
  EXPECT_NE(::stat(directory.at("sources/kube.jsonl").c_str(), &info), 0);
  begin();
  EXPECT_FALSE(complete) << "half a world is no world";
}

TEST_F(SourceStoreTest, WorldsDoNotWaitForSourcesThatAreNotThere) {
  begin(false);
  EXPECT_TRUE(complete);
}

TEST_F(SourceStoreTest, WhatWasLastSaidCountsUntilTheSourceHasSaidAll) {
  begin();
  put("a");
  put("b");
  store->complete("kube");
  store.reset();
  struct stat info {};
  ASSERT_EQ(::stat(directory.at("sources/kube.jsonl").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U) << "Secrets are in it";
  begin();
  EXPECT_TRUE(complete);
  EXPECT_THAT(told, ElementsAre("+a", "+b"));
  put("c");
  EXPECT_EQ(told.size(), 2U) << "half a world";
  put("a");
  store->complete("kube");
  EXPECT_THAT(told, ElementsAre("+a", "+b", "-b", "+c"));
}

TEST_F(SourceStoreTest, ASourceThatNeverSaidAllLeavesWhatWasThere) {
  begin();
  put("a");
  store->complete("kube");
  store.reset();
  begin();
  put("half");
  store.reset();
  begin();
  EXPECT_THAT(told, ElementsAre("+a"));
}

TEST_F(SourceStoreTest, ProblemsAreToldAtOnceAndGo) {
  begin();
  store->reported("kube", {{.reason = "Unreachable", .object = {"ConfigSource", "", "kube"}}});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_FALSE(complete);
  store->complete("kube");
  EXPECT_EQ(problems.size(), 1U);
  store->reported("kube", {});
  EXPECT_THAT(problems, IsEmpty());
}

}  // namespace
}  // namespace solder::sources::source_store_test
