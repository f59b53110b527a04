#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "plugins/transformation/rendering/json.h"

namespace solder::transformation::json_test {
namespace {

std::string again(std::string_view text) {
  Arena arena(1 << 20);
  JsonError error;
  const auto value = read_json(arena, text, error);
  if (!value) return std::string("error: ") + error.what;
  std::string out;
  return write_json(*value, out) ? out : "not UTF-8";
}

// The library that Gloo's filter prints with is the measure.
TEST(Json, PrintsAsNlohmannDoes) {
  for (const char* text : {"null",
                           "true",
                           "[]",
                           "{}",
                           "0",
                           "-0",
                           "-1",
                           "18446744073709551615",
                           "18446744073709551616",
                           "-9223372036854775808",
                           "1.0",
                           "1e3",
                           "1.5e-7",
                           "0.0001",
                           "123456789012345.5",
                           "1234567890123456.5",
                           "1e15",
                           "1e16",
                           "1e300",
                           "5e-324",
                           "-0.0",
                           "0.1",
                           "3.14159",
                           "100.0",
                           "1e22",
                           "\"a\\u00e9\\ud83d\\ude00\\n\\\"\\\\\\/\\u0001\\u007f\"",
                           "{\"b\":1,\"a\":[1,2,{\"z\":null}],\"b\":2}",
                           " [ 1 , { } ] "}) {
    EXPECT_EQ(nlohmann::json::parse(text).dump(), again(text)) << text;
  }
}

TEST(Json, RefusesWhatIsNone) {
  for (const std::string_view text : {"",
                                      " ",
                                      "nul",
                                      "tru",
                                      "01",
                                      "1.",
                                      ".5",
                                      "-",
                                      "1e",
                                      "+1",
                                      "\"",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\\ud800\"",
                                      "\"\\ud800\\u0041\"",
                                      "\"\\udc00\"",
                                      "\"a\nb\"",
                                      "[1",
                                      "[1,]",
                                      "[,]",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{a:1}",
                                      "{\"a\":1,}",
                                      "1 2",
                                      "[1]]",
                                      "\"\\",
                                      "\"\\u",
                                      "1e999",
                                      "\xff",
                                      "\"\xc3\"",
                                      "\"\xed\xa0\x80\"",
                                      "\"\xf5\x80\x80\x80\"",
                                      "\xef\xbb\xbf{}"}) {
    EXPECT_EQ(0U, again(text).find("error")) << text;
    EXPECT_FALSE(nlohmann::json::accept(text) && text.substr(0, 3) != "\xef\xbb\xbf") << text;
  }
}

TEST(Json, DepthIsBounded) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(nested(kDeepest), again(nested(kDeepest)));
  EXPECT_EQ("error: nested too deep", again(nested(kDeepest + 1)));
  EXPECT_EQ("error: nested too deep", again(std::string(10'000'000, '[')));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ("error: nested too deep", again(objects));
}

TEST(Json, MemoryIsBounded) {
  Arena arena(1 << 16);
  JsonError error;
  std::string many = "[0";
  for (int i = 0; i < 100'000; ++i) many += ",0";
  EXPECT_FALSE(read_json(arena, many + "]", error));
  EXPECT_STREQ("too much memory would be needed", error.what);
  EXPECT_TRUE(arena.exhausted());
}

TEST(Json, SaysWhere) {
  Arena arena(1 << 16);
  JsonError error;
  EXPECT_FALSE(read_json(arena, "{\"a\": x}", error));
  EXPECT_EQ(6U, error.offset);
}

TEST(Json, WritesNothingThatIsNotUtf8) {
  std::string out;
  EXPECT_FALSE(write_json(Value::of(std::string_view("a\xff")), out));
  EXPECT_TRUE(valid_utf8("aaaaaaaaaaaaaaaa\xc3\xa9"));
  EXPECT_FALSE(valid_utf8("aaaaaaaaaaaaaaaa\xc3"));
  EXPECT_FALSE(valid_utf8("\xc0\xaf"));
}

TEST(Value, MembersAndPathsAreSet) {
  Arena arena(1 << 16);
  JsonError error;
  const Value from = *read_json(arena, R"({"a":{"b":1},"c":2})", error);
  const auto shown = [](const std::optional<Value>& value) {
    std::string out;
    if (value) write_json(*value, out);
    return out;
  };
  const Value one = Value::of(uint64_t{1});
  EXPECT_EQ(R"({"a":1,"c":2})", shown(with_member(arena, from, "a", one)));
  EXPECT_EQ(R"({"a":{"b":1},"b":1,"c":2})", shown(with_member(arena, from, "b", one)));
  EXPECT_EQ(R"({"a":{"b":1},"c":2,"d":1})", shown(with_member(arena, from, "d", one)));
  EXPECT_EQ(R"({"a":{"b":1,"x":{"y":1}},"c":2})", shown(with_path(arena, from, "a.x.y", one)));
  EXPECT_EQ(R"({"a":{"b":1}})", shown(with_path(arena, Value(), "a.b", one)));
  EXPECT_EQ("", shown(with_path(arena, from, "c.d", one)));
  EXPECT_EQ(R"({"a":{"b":1},"c":2})", shown(from));
}

TEST(Value, OrdersAsNlohmannDoes) {
  const std::vector<std::string> texts = {
      "null",       "false", "true", "-1",    "0",    "1.5",   "2",    "9223372036854775807", "{}", R"({"a":1})",
      R"({"a":2})", "[]",    "[1]",  "[1,2]", "\"\"", "\"a\"", "\"b\""};
  for (const auto& a : texts) {
    for (const auto& b : texts) {
      Arena arena(1 << 16);
      JsonError error;
      const int order = compare(*read_json(arena, a, error), *read_json(arena, b, error));
      const auto x = nlohmann::json::parse(a), y = nlohmann::json::parse(b);
      EXPECT_EQ(x < y, order < 0) << a << " " << b;
      EXPECT_EQ(x == y, order == 0) << a << " " << b;
    }
  }
}

}  // namespace
}  // namespace solder::transformation::json_test
