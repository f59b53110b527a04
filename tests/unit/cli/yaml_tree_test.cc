#include "cli/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solder::cli::yaml_tree_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(YamlTreeTest, LinesAndKinds) {
  const auto tree = parse_yaml("# a comment\na: 1\nb:\n- x\n- 'y'\n", "f.yaml");
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(2u, tree->find("a")->line);
  EXPECT_EQ("\"1\"", tree->find("a")->describe());
  EXPECT_EQ("a list", tree->find("b")->describe());
  EXPECT_TRUE(tree->find("b")->items[1].quoted);
  EXPECT_EQ(nullptr, tree->find("c"));
}

TEST(YamlTreeTest, NothingIsAnEmptyMap) {
  const auto tree = parse_yaml("# nothing\n", "f.yaml");
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ("a map", tree->describe());
}

TEST(YamlTreeTest, ErrorsNameFileAndLine) {
  EXPECT_THAT(parse_yaml("a: 1\nb: [", "f.yaml").status().message(), StartsWith("f.yaml:3: not YAML"));
  EXPECT_THAT(parse_yaml("a: 1\na: 2\n", "f.yaml").status().message(),
              HasSubstr("f.yaml:2: the key \"a\" stands twice"));
  EXPECT_THAT(parse_yaml("? [x]\n: 1\n", "f.yaml").status().message(), HasSubstr("a key must be a word"));
}

TEST(YamlTreeTest, HostileTextsAreRefused) {
  EXPECT_FALSE(parse_yaml(std::string(2u << 20, ' '), "f").ok());
  EXPECT_FALSE(parse_yaml(std::string(200, '['), "f").ok());
  EXPECT_FALSE(parse_yaml(std::string(60, '[') + std::string(60, ']'), "f").ok());
  EXPECT_FALSE(parse_yaml("a: &a [*a]\n", "f").ok());
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += (i ? ",*" : "*") + std::string(1, static_cast<char>(c - 1));
    bomb += "]\n";
  }
  EXPECT_FALSE(parse_yaml(bomb, "f").ok());
}

}  // namespace
}  // namespace solder::cli::yaml_tree_test
