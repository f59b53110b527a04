// Strict JSON: what the tree holds, what is refused and with which words.
#include "core/services/json_text.h"

#include <gtest/gtest.h>

namespace solder::services::json_text_test {
namespace {

TEST(JsonText, GivesTheTreeOfTheText) {
  const std::string text = R"({"a":[1,-2,18446744073709551615,1.5,"x",true,null,{},[]],"b":{"c":"d"}})";
  const auto tree = parse_json(text);
  ASSERT_TRUE(tree.ok()) << tree.status().message();
  EXPECT_EQ(*tree, nlohmann::json::parse(text));
  EXPECT_EQ(*parse_json("7"), nlohmann::json(7));
}

TEST(JsonText, RefusesDuplicateKeysAtEachLevel) {
  EXPECT_EQ(parse_json(R"({"a":1,"b":{"c":1,"c":2}})").status().message(), "the key \"c\" stands twice in one object");
  EXPECT_TRUE(parse_json(R"({"a":{"c":1},"b":{"c":2},"c":[{"c":1},{"c":2}]})").ok());
}

TEST(JsonText, BoundsNestingOfBothKinds) {
  std::string objects;
  for (int i = 0; i < 101; ++i) objects += "{\"a\":";
  EXPECT_EQ(parse_json(objects).status().message(), "nested deeper than 100 levels");
  EXPECT_EQ(parse_json(std::string(1'000'000, '[')).status().message(), "nested deeper than 100 levels");
}

TEST(JsonText, SaysWhereItIsNoJson) {
  const std::string message = parse_json("{\"a\": tru}").status().message();
  EXPECT_EQ(message.rfind("not JSON (byte 10): parse error at line 1, column 10", 0), 0u) << message;
}

TEST(JsonText, DescribesShortly) {
  EXPECT_EQ(describe_json(nlohmann::json::parse("{\"a\":1}")), "an object");
  EXPECT_EQ(describe_json(nlohmann::json::parse("[1]")), "a list");
  EXPECT_EQ(describe_json(nlohmann::json("x")), "\"x\"");
  const std::string text = describe_json(nlohmann::json(std::string(58, 'x') + "\xc3\xa9 and more"));
  EXPECT_EQ(text, "\"" + std::string(58, 'x') + "...");  // cut before the two bytes of a letter, not between
}

}  // namespace
}  // namespace solder::services::json_text_test
