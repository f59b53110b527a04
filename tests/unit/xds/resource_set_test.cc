// Sets of resources: a map like any other, whose version and shape say only what is in it.
#include "core/xds/resource_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "core/xds/set_hash.h"

namespace solder::xds::resource_set_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Model = std::map<std::string, std::string>;

ResourcePtr resource(const std::string& name, const std::string& value) {
  return make_resource(name, base::Bytes(value));
}

ResourceSet set_of(const Model& values) {
  std::vector<ResourcePtr> resources;
  for (const auto& [name, value] : values) resources.push_back(resource(name, value));
  return ResourceSet(std::move(resources));
}

Model model_of(const ResourceSet& set) {
  Model out;
  for (const auto& each : set) out[each->name] = each->message.flatten();
  return out;
}

// "-a" gone, "+a" come, "~a" changed.
std::vector<std::string> differences(const ResourceSet& before, const ResourceSet& after) {
  std::vector<std::string> out;
  ResourceSet::compare(before, after, [&](const ResourcePtr& old, const ResourcePtr& now) {
    out.push_back((old && now ? "~" : old ? "-" : "+") + (old ? old : now)->name);
  });
  return out;
}

TEST(ResourceSet, IsAMap) {
  const ResourceSet empty;
  const auto one = empty.with(resource("b", "1")).with(resource("a", "2"));
  EXPECT_EQ(model_of(one), (Model{{"a", "2"}, {"b", "1"}}));
  EXPECT_EQ(one.size(), 2U);
  EXPECT_EQ(one.find("b")->message.flatten(), "1");
  EXPECT_EQ(one.find("c"), nullptr);
  EXPECT_TRUE(empty.empty()) << "a changed copy leaves the first as it was";
  EXPECT_EQ(model_of(one.with(resource("a", "3"))), (Model{{"a", "3"}, {"b", "1"}}));
  EXPECT_EQ(model_of(one.without("a")), (Model{{"b", "1"}}));
  EXPECT_EQ(model_of(one.without("x")), model_of(one));
}

TEST(ResourceSet, OfTwoWithOneNameTheLastCounts) {
  const ResourceSet set({resource("a", "1"), resource("b", "1"), resource("a", "2")});
  EXPECT_EQ(model_of(set), (Model{{"a", "2"}, {"b", "1"}}));
}

TEST(ResourceSet, IsVersionedByNamesAndContent) {
  const auto set = set_of({{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(set.hash(), ResourceSet().with(resource("b", "2")).with(resource("a", "1")).hash());
  EXPECT_NE(set.hash(), set_of({{"a", "1"}}).hash());
  EXPECT_NE(set.hash(), set_of({{"a", "2"}, {"b", "1"}}).hash());
  EXPECT_NE(set.hash(), set_of({{"a", "1"}, {"c", "2"}}).hash());
  SetHash hash;
  for (const auto& each : set) hash.add(each->name, each->hash);
  EXPECT_EQ(hash.value(), set.hash());
  EXPECT_TRUE(set.same(set_of({{"b", "2"}, {"a", "1"}})));
}

TEST(ResourceSet, ComparesInOrderOfName) {
  const auto before = set_of({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"e", "1"}});
  const auto after = set_of({{"a", "1"}, {"b", "2"}, {"d", "1"}, {"e", "1"}});
  EXPECT_THAT(differences(before, after), ElementsAre("~b", "-c", "+d"));
  EXPECT_THAT(differences(before, before), IsEmpty());
  EXPECT_THAT(differences({}, set_of({{"x", ""}})), ElementsAre("+x"));
  EXPECT_THAT(differences(set_of({{"x", ""}}), {}), ElementsAre("-x"));
}

TEST(ResourceSet, AgreesWithAMapWhateverHappens) {
  std::mt19937 random(7);
  Model model;
  ResourceSet set;
  for (int step = 0; step < 5000; ++step) {
    const std::string name = "n" + std::to_string(random() % 300);
    const Model model_before = model;
    const ResourceSet before = set;
    if (random() % 3 == 0) {
      model.erase(name);
      set = set.without(name);
    } else {
      const std::string value = std::to_string(random() % 4);
      model[name] = value;
      set = set.with(resource(name, value));
    }
    ASSERT_EQ(set.size(), model.size());
    const auto changed = differences(before, set);
    ASSERT_LE(changed.size(), 1U);
    ASSERT_EQ(changed.empty(), model == model_before);
    if (step % 100 == 0) {
      ASSERT_EQ(model_of(set), model);
      ASSERT_EQ(set.hash(), set_of(model).hash());
      ASSERT_THAT(differences(set, set_of(model)), IsEmpty());
    }
  }
}

}  // namespace
}  // namespace solder::xds::resource_set_test
