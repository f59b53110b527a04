#include "cli/yaml_text.h"

#include <gtest/gtest.h>

#include "cli/yaml_tree.h"

namespace solder::cli::yaml_text_test {
namespace {

using Json = nlohmann::ordered_json;

TEST(YamlTextTest, BlockStyle) {
  EXPECT_EQ(
      "name: petstore\n"
      "empty: {}\n"
      "none: []\n"
      "hosts:\n"
      "- addr: \"127.0.0.1\"\n"
      "  port: 80\n"
      "  tags:\n"
      "  - a\n"
      "- - 1\n"
      "  - true\n"
      "nested:\n"
      "  deep:\n"
      "    x: null\n",
      to_yaml(Json::parse(
          R"({"name":"petstore","empty":{},"none":[],"hosts":[{"addr":"127.0.0.1","port":80,"tags":["a"]},[1,true]],
                              "nested":{"deep":{"x":null}}})")));
}

TEST(YamlTextTest, StringsThatLookLikeSomethingElseAreQuoted) {
  for (const char* text :
       {"true", "No", "null", "~", "12", "1.5", "0x1f", "-", "a: b", "a #b", "",           " a", "a ",
        "[x",   "{x", "&a",   "*", "!t", "%d",  "@x",   "`", "y",    "on",   "2020-01-01", "x:"}) {
    EXPECT_EQ(Json(text).dump(), yaml_scalar(text)) << text;
  }
  for (const char* text : {"petstore", "/spec/a", "type.googleapis.com/a.b.C", "a:b", "_x"}) {
    EXPECT_EQ(text, yaml_scalar(text));
  }
}

TEST(YamlTextTest, LinesStayLines) { EXPECT_EQ("pem: |\n  BEGIN\n\n  END\n", to_yaml({{"pem", "BEGIN\n\nEND\n"}})); }

TEST(YamlTextTest, WhatIsWrittenIsReadBack) {
  const Json value = Json::parse(
      R"({"a":"BEGIN\nx: y\nEND\n","b":"no newline\nat the end","c":["two\n\n","x\n"],"d":" lead\n","e":"\ttab\n","f":"ü\n",
      "g":[[],[{}],[[1]],"true",true,"1",1,-2.5,null,""],"key: with":{"":"empty key"},"h":"'\"\\"})");
  const auto tree = parse_yaml(to_yaml(value), "text");
  ASSERT_TRUE(tree.ok()) << tree.status().message() << "\n" << to_yaml(value);
  EXPECT_EQ(value, to_json(*tree)) << to_yaml(value);
}

}  // namespace
}  // namespace solder::cli::yaml_text_test
