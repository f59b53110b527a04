#include "solder/sdk/route_path.hpp"

#include <gtest/gtest.h>

namespace solder::sdk {
namespace {

TEST(RoutePath, ThoseThatRequestsCanHave) {
  for (const char* path : {"", "/", "/a", "a", "/a/b.c/", "/a%20b", "/.well-known", "/a..b", "/...",
                           "/~x!$&'()*+,=;:@-_", "/%2", "/%zz"}) {
    const bool good = std::string_view(path) != "/%2" && std::string_view(path) != "/%zz";
    EXPECT_EQ(fault_of_path(path).empty(), good) << path << ": " << fault_of_path(path);
  }
}

TEST(RoutePath, ThoseThatNoRequestHas) {
  EXPECT_EQ(fault_of_path("/a//b"), R"(cannot contain "//")");
  EXPECT_EQ(fault_of_path("/a/./b"), R"(cannot contain "/./")");
  EXPECT_EQ(fault_of_path("/a/../b"), R"(cannot contain "/../")");
  EXPECT_EQ(fault_of_path("/a%2fb"), R"(cannot contain "%2f")");
  EXPECT_EQ(fault_of_path("/a%2Fb"), R"(cannot contain "%2F")");
  EXPECT_EQ(fault_of_path("/a#b"), R"(cannot contain "#")");
  EXPECT_EQ(fault_of_path("/a/.."), R"(cannot end with "/..")");
  EXPECT_EQ(fault_of_path("/a/."), R"(cannot end with "/.")");
  for (const char* path : {"/a b", "/{id}", "/a?b", "/a\\b", "/a[0]", "/^x"}) {
    EXPECT_TRUE(fault_of_path(path).starts_with("cannot contain \"")) << path;
  }
  // Half a character is no text.
  EXPECT_TRUE(fault_of_path("/\xc3\xa4").starts_with("cannot contain the byte C3;"));
}

TEST(RoutePath, ARewriteIsJudgedByItsPath) {
  for (const char* rewrite : {"/a?x=//", "/a#//", "http://host/p", "//host", "//host/p", "/a%2fb"}) {
    EXPECT_EQ(fault_of_rewrite(rewrite), "") << rewrite;
  }
  EXPECT_EQ(fault_of_rewrite("/a//b"), R"(cannot contain "//")");
  EXPECT_EQ(fault_of_rewrite("/a%2f%2fb"), R"(cannot contain "//")");
  EXPECT_EQ(fault_of_rewrite("http://host/a/.."), R"(cannot end with "/..")");
  EXPECT_EQ(fault_of_rewrite("/a%"), "has a % that begins no percent-encoded byte");
  EXPECT_TRUE(fault_of_rewrite("/a%20b").starts_with("cannot contain \" \""));
}

}  // namespace
}  // namespace solder::sdk
