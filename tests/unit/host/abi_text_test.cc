// Text across the plugin boundary.
#include "core/host/abi_text.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/utf8.h"

namespace solder::host {
namespace {

TEST(AbiText, PrintableIsUtf8WithoutControls) {
  for (const std::string text : {"", "plain", "caf\xc3\xa9", "\xf0\x9f\x98\x80"}) EXPECT_EQ(printable(text), text);
  for (const std::string text : {"\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xff"}) {
    EXPECT_TRUE(base::is_utf8(printable("a" + text + "b")));
  }
  EXPECT_EQ(printable("caf\xe9!"), "caf?!");
  EXPECT_EQ(printable("two\nlines\x7f"), "two lines ");
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
