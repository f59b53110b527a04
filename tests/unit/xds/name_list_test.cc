// Lists of names are shared, and sets that begin with one behave like any set.
#include "core/xds/name_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace solder::xds::name_list_test {
namespace {

using ::testing::ElementsAre;

TEST(NameList, IsSortedAndHoldsEachNameOnce) {
  const NameList list({"b", "a", "c", "a"});
  EXPECT_THAT(list.names(), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(list.contains("b"));
  EXPECT_FALSE(list.contains("d"));
}

TEST(NameLists, EqualSequencesAreOneObjectWhileItIsUsed) {
  NameLists lists;
  const auto first = lists.intern({"b", "a"});
  EXPECT_EQ(lists.intern({"b", "a"}), first);
  EXPECT_NE(lists.intern({"a", "c"}), first);
  EXPECT_TRUE(lists.intern({})->names().empty());
}

TEST(NameLists, ForgetsListsThatNobodyUses) {
  NameLists lists;
  for (int i = 0; i < 10'000; ++i) lists.intern({"name-" + std::to_string(i)});
  EXPECT_LT(lists.size(), 200u);
}

TEST(NameSet, IsASetWhateverItBeganWith) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    const auto name = [&] { return std::string(1, static_cast<char>('a' + random() % 12)); };
    std::set<std::string> expected;
    for (int i = 0; i < 6; ++i) expected.insert(name());
    NameSet set;
    set.assign(std::make_shared<const NameList>(std::vector<std::string>(expected.begin(), expected.end())));
    for (int step = 0; step < 200; ++step) {
      const std::string one = name();
      if (random() % 2 == 0) {
        EXPECT_EQ(set.insert(one), expected.insert(one).second);
      } else {
        EXPECT_EQ(set.erase(one), expected.erase(one) != 0);
      }
      std::multiset<std::string> now;
      set.each([&](const std::string& each) { now.insert(each); });
      ASSERT_EQ(now, std::multiset<std::string>(expected.begin(), expected.end()));
      ASSERT_EQ(set.contains(one), expected.count(one) != 0);
    }
  }
}

}  // namespace
}  // namespace solder::xds::name_list_test
