// What references mean below a base (the examples of RFC 3986, section 5.4, that are http), and what is no URL for us.
#include "plugins/openapi/url.h"

#include <gtest/gtest.h>

namespace solder::plugins::openapi::url_test {
namespace {

TEST(Url, IsTakenApart) {
  const auto url = parse_url("HTTP://Example.com/a/./b/../c?x=1#y");
  ASSERT_TRUE(url);
  EXPECT_EQ("http://example.com:80/a/c?x=1", url->text());
  EXPECT_EQ("example.com", url->host());
  EXPECT_EQ("https://[::1]:8443/", parse_url("https://[::1]:8443")->text());
  EXPECT_EQ("[::1]", parse_url("https://[::1]")->host());
}

TEST(Url, WhatIsNone) {
  for (const char* text :
       {"", "a", "ftp://a/", "file:///etc/passwd", "http://", "http:///x", "http://u:p@a/", "http://a b/",
        "http://a:port/", "http://a:999999/", "http://a\r\n/", "http://a\\b/", "gopher://a:80/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

struct Case {
  const char* reference;
  const char* url;  // empty: none
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.reference; }
class Resolved : public ::testing::TestWithParam<Case> {};
TEST_P(Resolved, BelowItsBase) {
  const auto url = resolve_url(*parse_url("http://a/b/c/d;p?q"), GetParam().reference);
  EXPECT_EQ(GetParam().url, url ? url->text() : "");
}
INSTANTIATE_TEST_SUITE_P(All, Resolved,
                         ::testing::ValuesIn(std::vector<Case>{{"g", "http://a:80/b/c/g"},
                                                               {"./g", "http://a:80/b/c/g"},
                                                               {"g/", "http://a:80/b/c/g/"},
                                                               {"/g", "http://a:80/g"},
                                                               {"//g", "http://g:80/"},
                                                               {"?y", "http://a:80/b/c/d;p?y"},
                                                               {"g?y", "http://a:80/b/c/g?y"},
                                                               {"#s", "http://a:80/b/c/d;p?q"},
                                                               {"g#s", "http://a:80/b/c/g"},
                                                               {"", "http://a:80/b/c/d;p?q"},
                                                               {".", "http://a:80/b/c/"},
                                                               {"..", "http://a:80/b/"},
                                                               {"../g", "http://a:80/b/g"},
                                                               {"../../../../g", "http://a:80/g"},
                                                               {"https://b/x", "https://b:443/x"},
                                                               {"file:///etc/passwd", ""},
                                                               {"javascript:alert(1)", ""},
                                                               {"g h", ""}}));

}  // namespace
}  // namespace solder::plugins::openapi::url_test
