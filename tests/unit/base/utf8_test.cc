#include "core/base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace solder::base {
namespace {

TEST(Utf8, IsWhatUnicodeSays) {
  for (const std::string good : {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xe6\xbc\xa2", "\xed\x9f\xbf",
                                 "\xee\x80\x80", "\xf0\x9f\x98\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
    EXPECT_TRUE(is_utf8("seven b" + good + "and more behind it")) << good;
  }
  EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
}

// A lone tail, cut short, overlong in two, three and four bytes, surrogates, beyond U+10FFFF, another byte inside.
TEST(Utf8, TellsWhereItEnds) {
  for (const std::string bad : {"\x80", "\xc3", "\xe6\xbc", "\xf0\x9f\x98", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf",
                                "\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
                                "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3\x28", "\xe6\xbc\x28"}) {
    for (size_t before = 0; before < 20; ++before) {
      const std::string text = std::string(before, 'a') + bad;
      EXPECT_EQ(before, find_invalid_utf8(text)) << testing::PrintToString(bad);
      EXPECT_EQ(before, find_invalid_utf8(text + "bcdefghijk")) << testing::PrintToString(bad);
      EXPECT_EQ(before + 2, find_invalid_utf8("\xc3\xa9" + text)) << testing::PrintToString(bad);
    }
  }
}

// Every sequence of two and three bytes, held to the definition: the code point and its shortest form.
TEST(Utf8, EveryShortSequence) {
  for (unsigned point = 0x80; point < 0x10000; ++point) {
    std::string text;
    if (point < 0x800) {
      text = {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3F))};
    } else {
      text = {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 0x3F)),
              static_cast<char>(0x80 | (point & 0x3F))};
    }
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    ASSERT_EQ(surrogate ? 0 : text.size(), utf8_sequence_length(text)) << point;
  }
}

}  // namespace
}  // namespace solder::base
