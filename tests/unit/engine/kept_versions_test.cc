// Last good versions that several Solders share: what one says is kept counts for another that never saw it, for that
// version of the object and no other.
#include "core/engine/kept_versions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace solder::engine::kept_versions_test {
namespace {

using ::testing::HasSubstr;
using testing::kHttpRoutes;
using ::testing::Not;
using testing::upstream;
using testing::virtual_service;
using testing::World;
using xds::ResourceType;

constexpr const char* kWrongField = "    options: {timeout: {seconds: 3}}\n";
const model::ObjectRef kService{"VirtualService", "gloo-system", "vs"};

std::string entry_of(const World& world) {
  const auto& kept = *world.output().kept;
  return kept.size() == 1 ? to_shared_json(kept.begin()->first, kept.begin()->second) : "";
}

std::string routes(const World& world) { return world.json(ResourceType::kRoute, kHttpRoutes); }

class KeptVersionsTest : public ::testing::Test {
 protected:
  KeptVersionsTest() {
    first.put(upstream("one", 1)).put(virtual_service("vs", "good.test", "one")).translate();
    first.put(virtual_service("vs", "bad.test", "one", kWrongField)).translate();
  }
  World first;
};

TEST_F(KeptVersionsTest, OnlyWhatStandsInForSomethingIsTold) {
  ASSERT_EQ(first.output().kept->size(), 1u);
  EXPECT_EQ(first.output().kept->begin()->first, kService);
  EXPECT_THAT(first.output().kept->at(kService).object->json, HasSubstr("good.test"));
  const auto before = first.output().kept;
  first.put(upstream("two", 2)).translate();
  EXPECT_EQ(first.output().kept, before) << "the same set is the same pointer";
  first.put(virtual_service("vs", "new.test", "one")).translate();
  EXPECT_TRUE(first.output().kept->empty());
}

TEST_F(KeptVersionsTest, WhoCameLateServesTheSame) {
  World second;
  second.put(upstream("one", 1)).put(entry_of(first)).put(virtual_service("vs", "bad.test", "one", kWrongField));
  second.translate();
  EXPECT_EQ(routes(second), routes(first));
  EXPECT_EQ(second.state(kService), model::State::kRejected);
  EXPECT_EQ(entry_of(second), entry_of(first)) << "it would share the very same";
}

TEST_F(KeptVersionsTest, AnEntryThatComesAfterItsObjectCounts) {
  World second;
  second.put(upstream("one", 1)).put(virtual_service("vs", "bad.test", "one", kWrongField)).translate();
  EXPECT_EQ(routes(second), "");
  second.put(entry_of(first)).translate();
  EXPECT_EQ(routes(second), routes(first));
}

TEST_F(KeptVersionsTest, AnEntryOfAnotherVersionChangesNothing) {
  World second;
  second.put(upstream("one", 1)).put(virtual_service("vs", "newer.test", "one")).translate();
  second.put(virtual_service("vs", "worse.test", "one", kWrongField)).put(entry_of(first)).translate();
  EXPECT_THAT(routes(second), HasSubstr("newer.test"));
  EXPECT_THAT(routes(second), Not(HasSubstr("good.test")));
}

TEST_F(KeptVersionsTest, WhatIsGoodAfterAllIsServed) {
  World second;
  std::string entry = entry_of(first);
  second.put(upstream("one", 1)).put(entry).put(virtual_service("vs", "bad.test", "one", kWrongField)).translate();
  second.put(virtual_service("vs", "new.test", "one")).translate();
  EXPECT_THAT(routes(second), HasSubstr("new.test"));
  EXPECT_TRUE(second.output().kept->empty());
}

TEST_F(KeptVersionsTest, WhatCannotBeReadIsNoEntry) {
  World second;
  second.put(upstream("one", 1)).put(virtual_service("vs", "good.test", "one"));
  second.put("apiVersion: solder.io/v1\nkind: SharedEntry\nmetadata: {name: x}\nspec: {insteadOf: zz, lastGood: 7}\n");
  second.translate();
  EXPECT_THAT(routes(second), HasSubstr("good.test"));
}

}  // namespace
}  // namespace solder::engine::kept_versions_test
