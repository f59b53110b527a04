// Base64: RFC 4648's own examples, both alphabets, with and without padding, and what is refused.
#include "core/base/base64.h"

#include <gtest/gtest.h>

namespace solder::base {
namespace {

TEST(Base64, FollowsTheExamplesOfTheRfc) {
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : examples) {
    EXPECT_EQ(base64_encode(plain), coded);
    EXPECT_EQ(base64_decode(coded), plain);
    std::string bare = coded;
    while (bare.ends_with('=')) bare.pop_back();
    EXPECT_EQ(base64_decode(bare), plain);
  }
}

TEST(Base64, ReadsBothAlphabets) {
  EXPECT_EQ(base64_encode("\xfb\xff\xbf"), "+/+/");
  EXPECT_EQ(base64_decode("+/+/"), "\xfb\xff\xbf");
  EXPECT_EQ(base64_decode("-_-_"), "\xfb\xff\xbf");
}

TEST(Base64, KeepsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(base64_decode(base64_encode(all)), all);
}

TEST(Base64, Refuses) {
  for (const char* bad : {"Z", "Zg=", "Zg===", "Zm9v=", "Z m9", "Zh==", "Zm9=", "====", "Zg==Zg=="}) {
    EXPECT_FALSE(base64_decode(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace solder::base
