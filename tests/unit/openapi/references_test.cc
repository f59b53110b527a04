// References, and those that lead nowhere, to themselves, or to somebody else.
#include "plugins/openapi/references.h"

#include <gtest/gtest.h>

namespace solder::plugins::openapi::references_test {
namespace {

using sdk::Json;

const Url kBase = *parse_url("http://own/docs/openapi.json");

const Documents kDocuments = {
    {kBase.text(), Json::parse(R"({
      "a": {"$ref": "#/b"}, "b": {"v": 1}, "x/y~z": {"v": 2}, "list": [{"v": 3}],
      "pointer": {"$ref": "#/x~1y~0z"}, "encoded": {"$ref": "#/x%7E1y~0z"}, "item": {"$ref": "#/list/0"},
      "self": {"$ref": "#/self"}, "ring": {"$ref": "#/gnir"}, "gnir": {"$ref": "#/ring"},
      "nothing": {"$ref": "#/nowhere/at/all"}, "anchor": {"$ref": "#name"},
      "other": {"$ref": "parts.yaml#/p"}, "whole": {"$ref": "/parts/all.json"}, "absent": {"$ref": "../absent.json#/a"},
      "foreign": {"$ref": "http://evil/x.json#/a"}, "scheme": {"$ref": "https://own/docs/openapi.json#/b"},
      "port": {"$ref": "//own:8080/x"}, "file": {"$ref": "file:///etc/passwd"}})")},
    {"http://own:80/docs/parts.yaml",
     Json::parse(R"({"p": {"$ref": "#/q"}, "q": {"v": 4}, "back": {"$ref": "openapi.json#/b"}})")},
    {"http://own:80/parts/all.json", Json::parse(R"({"v": 5})")}};

struct Case {
  const char* member;
  const char* value;  // or the end of why there is none
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.member; }
class Follow : public ::testing::TestWithParam<Case> {};
TEST_P(Follow, ToItsEnd) {
  References references(kDocuments, kBase);
  std::string why;
  const Place place = references.resolved(references.child(references.root(), GetParam().member), why);
  const std::string found = place.value == nullptr ? why : place.value->at("v").dump();
  EXPECT_TRUE(found.ends_with(GetParam().value)) << found;
}
INSTANTIATE_TEST_SUITE_P(All, Follow,
                         ::testing::ValuesIn(std::vector<Case>{{"a", "1"},
                                                               {"pointer", "2"},
                                                               {"encoded", "2"},
                                                               {"item", "3"},
                                                               {"other", "4"},
                                                               {"whole", "5"},
                                                               {"self", "leads to itself"},
                                                               {"ring", "leads to itself"},
                                                               {"nothing", "leads to nothing"},
                                                               {"anchor", "leads to nothing"},
                                                               {"absent", "cannot be followed"},
                                                               {"foreign", "is on another host, and is not followed"},
                                                               {"scheme", "is on another host, and is not followed"},
                                                               {"port", "is on another host, and is not followed"},
                                                               {"file", "is on another host, and is not followed"}}));

TEST(References, WhatIsMissingIsAskedForAndWhatIsForeignIsNot) {
  References references(kDocuments, kBase);
  std::string why;
  for (const char* member : {"absent", "foreign", "file"})
    references.resolved(references.child(references.root(), member), why);
  EXPECT_EQ(std::set<std::string>({"http://own:80/absent.json"}), references.missing());
  EXPECT_EQ(std::set<std::string>({"http://evil/x.json#/a", "file:///etc/passwd"}), references.foreign());
}

}  // namespace
}  // namespace solder::plugins::openapi::references_test
