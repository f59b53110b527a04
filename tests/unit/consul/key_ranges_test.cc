// Keys taken apart by their beginnings.
#include "plugins/consul/key_ranges.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace solder::plugins::consul::key_ranges_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(KeyRanges, BeginningsThatDiffer) {
  const std::vector<std::string> keys = {"k/ns/a", "k/ns/ab", "k/ns/ac", "k/ns/b"};
  EXPECT_THAT(split(keys, {0, 4, "k/", false}),
              ElementsAre(KeyRange{0, 3, "k/ns/a", false}, KeyRange{3, 4, "k/ns/b", false}));
  EXPECT_THAT(
      split(keys, {0, 3, "k/ns/a", false}),
      ElementsAre(KeyRange{0, 1, "k/ns/a", true}, KeyRange{1, 2, "k/ns/ab", false}, KeyRange{2, 3, "k/ns/ac", false}));
  EXPECT_THAT(split(keys, {3, 4, "k/ns/b", false}), ElementsAre(KeyRange{3, 4, "k/ns/b", true}));
  EXPECT_TRUE(split(keys, {2, 2, "k/", false}).empty());
}

TEST(KeyRanges, EveryKeyIsInOneOfThemAndTheyEnd) {
  std::vector<std::string> keys;
  for (int i = 0; i < 3000; ++i) keys.push_back("gloo/ns/" + std::to_string(i * 7919 % 100000));
  keys.push_back("gloo/ns/\xc3\xa4");
  std::sort(keys.begin(), keys.end());
  std::vector<KeyRange> open = {{0, keys.size(), "gloo/", false}};
  std::vector<int> seen(keys.size());
  size_t splits = 0;
  while (!open.empty()) {
    const KeyRange range = open.back();
    open.pop_back();
    if (range.size() == 1) {
      ++seen[range.first];
      continue;
    }
    ASSERT_LT(++splits, keys.size());
    for (const KeyRange& part : split(keys, range)) {
      ASSERT_TRUE(keys[part.first].starts_with(part.prefix));
      ASSERT_TRUE(keys[part.last - 1].starts_with(part.prefix));
      open.push_back(part);
    }
  }
  EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
}

TEST(KeyRanges, AnAnswerWithKeys) {
  EXPECT_THAT(read_keys(R"(["k/b","k/a"])"), Optional(ElementsAre("k/a", "k/b")));
  EXPECT_THAT(read_keys(" [ \"k/a\" ,\n\"k/b\" ] \n"), Optional(ElementsAre("k/a", "k/b")));
  EXPECT_THAT(read_keys(R"(["k/\u00e4","k/\"quoted\"","k/\\"])"),
              Optional(ElementsAre("k/\"quoted\"", "k/\\", "k/\xc3\xa4")));
  EXPECT_THAT(read_keys("[]"), Optional(IsEmpty()));
  EXPECT_THAT(read_keys(R"(["k/a",7])"), Optional(ElementsAre("k/a")));
  for (const char* other : {"", "{}", "null", R"(["k/a")", R"(["k/a"]])", R"(["k/a",])", R"(["k/a)", "<html>"})
    EXPECT_EQ(read_keys(other), std::nullopt) << other;
}

}  // namespace
}  // namespace solder::plugins::consul::key_ranges_test
