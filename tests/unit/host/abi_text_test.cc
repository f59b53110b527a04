// Text across the plugin boundary.
#include "core/host/abi_text.h"

#include <gtest/gtest.h>

#include <string>

namespace solder::host {
namespace {

TEST(AbiText, Utf8IsWhatUnicodeSays) {
  for (const std::string text :
       {"", "plain", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(valid_utf8(text)) << text;
    EXPECT_EQ(printable(text), text);
  }
  EXPECT_TRUE(valid_utf8(std::string_view("a\0b", 3)));
  // Alone, cut off, overlong, a surrogate, beyond U+10FFFF.
  for (const std::string text :
       {"\x80", "\xc3", "\xe2\x82", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
    EXPECT_FALSE(valid_utf8(text));
    EXPECT_FALSE(valid_utf8("before" + text));
    EXPECT_TRUE(valid_utf8(printable("a" + text + "b")));
  }
  EXPECT_EQ(printable("caf\xe9!"), "caf?!");
}

TEST(AbiText, Reading) {
  std::string_view out = "before";
  EXPECT_EQ(read_text({nullptr, 0}, out), nullptr);
  EXPECT_EQ(out, "");
  EXPECT_EQ(read_text(view("text"), out), nullptr);
  EXPECT_EQ(out, "text");
  EXPECT_STREQ(read_text({nullptr, 1}, out), "has a length but no data");
  EXPECT_STREQ(read_text({"x", kMaxBytes + 1}, out), "is longer than 16 MB");
  EXPECT_STREQ(read_text(view("\xff"), out), "is not UTF-8");
  EXPECT_EQ(read_bytes(view("\xff"), out), nullptr);
  EXPECT_EQ(out, "\xff");
}

}  // namespace
}  // namespace solder::host
