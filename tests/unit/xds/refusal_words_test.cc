#include "core/xds/refusal_words.h"

#include <gtest/gtest.h>

namespace solder::xds::refusal_words_test {
namespace {

RefusalUnit whole(const std::string& name) { return {name, {{UnitPiece::Kind::kWhole, name, "", 1}}}; }

ResourceSet world(const std::vector<std::pair<std::string, std::string>>& resources) {
  std::vector<ResourcePtr> all;
  for (const auto& [name, bytes] : resources) all.push_back(make_resource(name, base::Bytes(bytes)));
  return ResourceSet(std::move(all));
}

std::vector<size_t> pointed(const std::string& words, const ResourceSet& set) {
  RefusalUnits units;
  for (const auto& resource : set) units.push_back(whole(resource->name));
  PieceReader reader(ResourceType::kCluster, set);
  return pointed_at(words, units, reader);
}

using Places = std::vector<size_t>;

TEST(RefusalWordsTest, HeadingsAreNamesBeforeAColon) {
  const RefusalUnits units{whole("a"), whole("b_ns"), whole("c_ns")};
  EXPECT_EQ(headed_by("Error adding/updating cluster(s) b_ns: no such a, c_ns: neither", units), (Places{1, 2}));
  EXPECT_EQ(headed_by("b_ns is bad", units), Places{});
  // Part of another word.
  EXPECT_EQ(headed_by("sub_ns: no; xb_ns: no", units), Places{});
}

TEST(RefusalWordsTest, ThePartThatHoldsTheRarestWordIsPointedAt) {
  const auto set = world({{"one", "timeout strange"}, {"three", "timeout"}, {"two", "timeout"}});
  EXPECT_EQ(pointed("timeout \"strange\"", set), Places{0});
  EXPECT_EQ(pointed("'two' is bad", set), Places{2});
}

TEST(RefusalWordsTest, WordsOfAllOrOfNobodyPointAtNothing) {
  const auto set = world({{"one", "timeout"}, {"two", "timeout"}});
  EXPECT_EQ(pointed("timeout is bad", set), Places{});
  EXPECT_EQ(pointed("", set), Places{});
}

}  // namespace
}  // namespace solder::xds::refusal_words_test
