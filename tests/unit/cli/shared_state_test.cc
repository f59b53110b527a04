// What several Solders share: who leads says what there is, who does not takes over what discoveries found.
#include "cli/shared_state.h"

#include <gmock/gmock.h>

#include "core/config/documents.h"
#include "core/discovery/discovered_fields.h"

namespace solder::cli::shared_state_test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const model::ObjectRef kUpstream{"Upstream", "ns", "u"};

class SharedStateTest : public ::testing::Test {
 protected:
  static store::Batch batch(const std::string& text, const std::string& ns = "") {
    store::Batch out;
    for (auto& object : config::parse_documents(text, "a.yaml").objects) {
      auto ref = object->ref;
      if (!ns.empty()) ref.ns = ns;
      out.changes.push_back({ref, object});
    }
    out.complete = true;
    return out;
  }
  static std::string found(const std::string& function, const std::string& plugin = "p") {
    return discovery::to_yaml(
        plugin, {kUpstream, "/spec/aws/lambdaFunctions", "logicalName", R"([{"logicalName":")" + function + R"("}])"});
  }
  // What another says that found it, as it comes from the store.
  static std::string entry(const std::string& function) {
    std::string json;
    SharedState other({[] { return true; }, [&](auto entries) { json = entries.empty() ? "" : entries[0]->json; },
                       [](const auto&, const auto&) {}, [](const auto&) {}});
    other.kept(std::make_shared<engine::KeptVersions>());
    other.found(batch(found(function)));
    return json;
  }

  bool leads = false;
  sources::SourceDriver::SharedEntries shared;
  std::vector<std::string> kept, dropped;
  int told = 0;
  SharedState state{{[this] { return leads; },
                     [this](auto entries) {
                       shared = std::move(entries);
                       ++told;
                     },
                     [this](const auto& plugin, const auto& list) { kept.push_back(plugin + list.items_json); },
                     [this](const auto& ref) { dropped.push_back(ref.name); }}};
};

TEST_F(SharedStateTest, NothingIsSharedBeforeTheFirstTranslation) {
  state.found(batch(found("hello")));
  EXPECT_EQ(told, 0);
  state.kept(std::make_shared<engine::KeptVersions>());
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared[0]->about, kUpstream);
  EXPECT_THAT(shared[0]->json, HasSubstr("hello"));
}

TEST_F(SharedStateTest, WhatDidNotChangeIsNotMadeAgain) {
  state.kept(std::make_shared<engine::KeptVersions>());
  state.found(batch(found("hello")));
  ASSERT_EQ(shared.size(), 1u);
  const auto first = shared[0];
  state.found(batch(found("other", "q")));
  ASSERT_EQ(shared.size(), 2u);
  EXPECT_THAT(shared, Contains(first));
  state.found(batch(found("changed")));
  ASSERT_EQ(shared.size(), 2u);
  EXPECT_THAT(shared, Not(Contains(first)));
}

TEST_F(SharedStateTest, WhatIsFoundElsewhereIsTakenOver) {
  state.told(batch(entry("hello")));
  EXPECT_THAT(kept, ::testing::Contains(HasSubstr("hello")));
  kept.clear();
  state.found(batch(found("hello")));
  state.told(batch(entry("hello")));
  EXPECT_THAT(kept, IsEmpty()) << "it is there already";
  store::Batch gone = batch(entry("hello"));
  gone.changes[0].object = nullptr;
  state.told(gone);
  EXPECT_THAT(dropped, ElementsAre("u"));
}

TEST_F(SharedStateTest, WhoLeadsGoesByItsOwnFinds) {
  state.told({{}, {}, true});
  leads = true;
  state.found(batch(found("mine")));
  state.told(batch(entry("older")));
  EXPECT_THAT(kept, IsEmpty());
  EXPECT_THAT(dropped, IsEmpty());
  state.leads(false);
  EXPECT_THAT(kept, ElementsAre(HasSubstr("older"))) << "what another that leads now says";
}

TEST_F(SharedStateTest, AtTheStartWhatIsSharedCounts) {
  leads = true;
  state.found(batch(found("left here long ago")));
  state.told(batch(entry("newer")));
  EXPECT_THAT(kept, ElementsAre(HasSubstr("newer")));
}

}  // namespace
}  // namespace solder::cli::shared_state_test
