// Values in Consul: YAML and JSON as they are read from files, and what is refused.
#include "plugins/consul/yaml_value.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace solder::plugins::consul::yaml_value_test {
namespace {

using sdk::Json;
using ::testing::HasSubstr;

std::string refusal(const std::string& text) {
  try {
    read_yaml(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(YamlValue, ScalarsAreOfTheCoreSchema) {
  EXPECT_EQ(
      read_yaml(
          "a: 1\nb: -2\nc: 1.5\nd: 1e3\ne: true\nf: ~\ng:\nh: '1'\ni: \"true\"\nj: 5s\nk: 10.0.0.1\nl: 1-2\nm: 0x10\n"),
      Json::parse(R"({"a":1,"b":-2,"c":1.5,"d":1000.0,"e":true,"f":null,"g":null,"h":"1","i":"true","j":"5s",
                            "k":"10.0.0.1","l":"1-2","m":"0x10"})"));
  EXPECT_TRUE(read_yaml("a: 1")["a"].is_number_unsigned());
}

TEST(YamlValue, JsonIsYaml) {
  EXPECT_EQ(read_yaml(R"({"a": [1, {"b": "\u00e4\/"}], "c": {}})"), Json::parse(R"({"a":[1,{"b":"ä/"}],"c":{}})"));
  EXPECT_TRUE(read_yaml("").is_null());
  EXPECT_TRUE(read_yaml("# nothing\n").is_null());
}

TEST(YamlValue, AliasesAreWrittenOut) {
  EXPECT_EQ(read_yaml("a: &x {b: [1]}\nc: *x\n"), Json::parse(R"({"a":{"b":[1]},"c":{"b":[1]}})"));
  EXPECT_THAT(refusal("a: *nobody\n"), HasSubstr("*nobody"));
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j > 0 ? ", " : "") + before;
    bomb += "]\n";
  }
  EXPECT_THAT(refusal(bomb), HasSubstr("too large"));
}

TEST(YamlValue, WhatIsWrongIsSaidWithItsLine) {
  EXPECT_THAT(refusal("a: 1\nb: [\n"), HasSubstr("no YAML"));
  EXPECT_THAT(refusal("a: 1\na: 2\n"), HasSubstr("the key a is there twice (line 2)"));
  EXPECT_THAT(refusal("a: 1\n---\nb: 2\n"), HasSubstr("second document"));
  EXPECT_THAT(refusal("[a]: 1\n"), HasSubstr("a key is no text"));
  EXPECT_THAT(refusal(std::string(300, '[')), ::testing::AnyOf(HasSubstr("nested too deep"), HasSubstr("no YAML")));
  EXPECT_THAT(refusal(std::string("\x80\xff\x00", 3)), HasSubstr("no YAML"));
}

}  // namespace
}  // namespace solder::plugins::consul::yaml_value_test
