#include "core/base/telling_words.h"

#include <gtest/gtest.h>

namespace solder::base {
namespace {

using Words = std::set<std::string_view>;

TEST(TellingWordsTest, NamesAndValuesWithoutWhatStandsAroundThem) {
  EXPECT_EQ(telling_words("route: unknown cluster 'a_b.c-d/e'."), (Words{"route", "unknown", "cluster", "a_b.c-d/e"}));
  EXPECT_EQ(telling_words("bad: \"%NOPE(x)%\""), (Words{"bad", "NOPE"}));
}

TEST(TellingWordsTest, ShortOnesTellNothing) {
  EXPECT_EQ(telling_words("is a no"), Words{});
  EXPECT_EQ(telling_words(""), Words{});
}

}  // namespace
}  // namespace solder::base
