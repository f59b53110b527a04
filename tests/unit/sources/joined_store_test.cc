// Files and sources as one store: which of two counts, whatever comes first.
#include "core/sources/joined_store.h"

#include <gmock/gmock.h>

#include <map>

#include "core/config/documents.h"

namespace solder::sources::joined_store_test {
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

class JoinedStoreTest : public ::testing::Test {
 protected:
  JoinedStoreTest() {
    EXPECT_TRUE(both->start([this](store::Batch batch) {
                      for (const auto& change : batch.changes) now[change.ref] = change.object;
                      last = std::move(batch);
                    })
                    .ok());
  }
  // An object that says who gave it; "" for none any more.
  static store::Batch batch(const std::string& who, bool complete = true) {
    store::Batch out;
    out.complete = complete;
    out.changes.push_back({kRef, nullptr});
    if (who.empty()) return out;
    const std::string text =
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: ns, labels: {who: " + who + "}}";
    out.changes[0].object = config::parse_documents(text, "a.yaml").objects.at(0);
    return out;
  }
  std::string who() { return now[kRef] ? now[kRef]->labels.at("who") : ""; }

  static const inline model::ObjectRef kRef{"Service", "ns", "a"};
  store::Listener files, sources;
  FakeStore second{sources};
  std::unique_ptr<store::Store> both = join(std::make_unique<FakeStore>(files), second);
  std::map<model::ObjectRef, model::ObjectPtr> now;
  store::Batch last;
};

TEST_F(JoinedStoreTest, WholeOnceBothAre) {
  files(batch("file"));
  EXPECT_FALSE(last.complete);
  sources(batch("", false));
  EXPECT_FALSE(last.complete);
  sources(batch(""));
  EXPECT_TRUE(last.complete);
}

TEST_F(JoinedStoreTest, TheFilesObjectCountsWhileItIsThere) {
  sources(batch("source"));
  EXPECT_EQ(who(), "source");
  files(batch("file"));
  EXPECT_EQ(who(), "file");
  ASSERT_EQ(last.problems.size(), 1U);
  EXPECT_EQ(last.problems[0].reason, "DuplicateObject");
  sources(batch("source2"));
  EXPECT_EQ(who(), "file");
  files(batch(""));
  EXPECT_EQ(who(), "source2");
  EXPECT_TRUE(last.problems.empty());
  sources(batch(""));
  EXPECT_EQ(who(), "");
}

TEST_F(JoinedStoreTest, ASourcesObjectThatGoesBesideAFileTakesNothing) {
  files(batch("file"));
  sources(batch("source"));
  EXPECT_EQ(last.problems.size(), 1U);
  sources(batch(""));
  EXPECT_EQ(who(), "file");
  EXPECT_TRUE(last.problems.empty());
}

}  // namespace
}  // namespace solder::sources::joined_store_test
