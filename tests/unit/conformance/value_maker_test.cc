// Made values are of their schema, of many kinds, and the same for the same seed.
#include "core/conformance/value_maker.h"

#include <gtest/gtest.h>

#include <set>

#include "core/config/schema.h"

namespace solder::conformance {
namespace {

using nlohmann::json;

json schema() {
  return json::parse(R"({
    "type": "object", "required": ["name"], "x-solder-oneof": [["a", "b"]],
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 8},
      "wait": {"type": "string", "format": "duration"},
      "port": {"type": "integer", "format": "uint32", "minimum": 1, "maximum": 65535},
      "word": {"type": "string", "enum": ["ONE", "TWO"]},
      "part": {"$ref": "#/$defs/part"},
      "list": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "boolean"}},
      "map": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
      "free": {"type": "object", "format": "struct"},
      "gone": {"type": "string", "x-solder-not-served": "no"},
      "a": {"type": "string"}, "b": {"type": "string"}},
    "$defs": {"part": {"type": "object", "properties": {"share": {"type": "integer", "minimum": 0, "maximum": 100}}}}})");
}

TEST(ValueMaker, ItsValuesPassTheirSchema) {
  const auto compiled = config::compile_schema(schema());
  ASSERT_TRUE(compiled.ok()) << compiled.status().message();
  ValueMaker maker(schema(), 7);
  std::set<std::string> different, members;
  for (int i = 0; i < 300; ++i) {
    const json value = maker.make();
    model::Diagnostics problems;
    config::check_value(**compiled, value, "", {}, problems);
    EXPECT_TRUE(problems.empty()) << value.dump() << ": " << (problems.empty() ? "" : problems[0].message);
    different.insert(value.dump());
    for (const auto& [name, member] : value.items()) members.insert(name);
  }
  EXPECT_GT(different.size(), 250u);
  EXPECT_EQ(members, (std::set<std::string>{"a", "b", "free", "list", "map", "name", "part", "port", "wait", "word"}));
}

TEST(ValueMaker, ASeedMakesTheSameAgainAndAnotherOneNot) {
  ValueMaker one(schema(), 1), again(schema(), 1), other(schema(), 2);
  std::string first, second, third;
  for (int i = 0; i < 20; ++i) {
    first += one.make().dump();
    second += again.make().dump();
    third += other.make().dump();
  }
  EXPECT_EQ(first, second);
  EXPECT_NE(first, third);
}

TEST(ValueMaker, AnythingGoesWhereTheSchemaSaysNothing) {
  ValueMaker maker(true, 1);
  std::set<json::value_t> types;
  for (int i = 0; i < 200; ++i) types.insert(maker.make().type());
  EXPECT_GE(types.size(), 5u);
}

}  // namespace
}  // namespace solder::conformance
