#include <gtest/gtest.h>

#include "fake_message.h"
#include "plugins/transformation/rendering/program.h"

namespace solder::transformation::program_test {
namespace {

const char* kSets = R"({"transformationTemplate":{}})";

Program made(const std::string& json) {
  std::string error;
  auto out = Program::read(json, error);
  EXPECT_TRUE(out) << error;
  return std::move(*out);
}

bool matches(const std::string& matcher, const FakeMessage& message) {
  return made(R"({"requestTransforms":[{"matcher":)" + matcher + R"(,"requestTransformation":)" + kSets + "}]}")
             .find(message) != nullptr;
}

TEST(Matcher, Requests) {
  const FakeMessage get(
      FakeMessage::Headers{{":path", "/a/b?x=1&y=&z"}, {":method", "GET"}, {"h", "one"}, {"h", "two"}});
  for (const char* yes : {"{}", R"({"prefix":"/a"})", R"({"prefix":"/a/b?x"})", R"({"exact":"/a/b"})",
                          R"({"regex":"/a/."})", R"({"prefix":"/A","caseSensitive":false})",
                          R"({"exact":"/A/B","caseSensitive":false})", R"({"methods":["POST","GET"]})",
                          R"({"headers":[{"name":"H"}]})", R"({"headers":[{"name":"h","value":"one,two"}]})",
                          R"({"headers":[{"name":"h","value":"one,.*","regex":true}]})",
                          R"({"headers":[{"name":"n","invertMatch":true}]})",
                          R"({"headers":[{"name":"h","value":"x","invertMatch":true}]})",
                          R"({"queryParameters":[{"name":"x","value":"1"},{"name":"y"},{"name":"z"}]})",
                          R"({"queryParameters":[{"name":"x","value":"\\d","regex":true}]})"})
    EXPECT_TRUE(matches(yes, get)) << yes;
  for (const char* no :
       {R"({"prefix":"/b"})", R"({"exact":"/a"})", R"({"exact":"/a/b?x=1"})", R"({"regex":"/a"})", R"({"prefix":"/A"})",
        R"({"methods":["POST"]})", R"({"connectMatcher":{}})", R"({"headers":[{"name":"n"}]})",
        R"({"headers":[{"name":"h","value":"one"}]})", R"({"headers":[{"name":"h","value":"one","regex":true}]})",
        R"({"headers":[{"name":"h","invertMatch":true}]})", R"({"queryParameters":[{"name":"q"}]})",
        R"({"queryParameters":[{"name":"x","value":"2"}]})"})
    EXPECT_FALSE(matches(no, get)) << no;
  EXPECT_TRUE(matches(R"({"connectMatcher":{}})", FakeMessage(FakeMessage::Headers{{":method", "CONNECT"}})));
}

TEST(Program, TheFirstThatMatchesCounts) {
  const Program program = made(
      R"({"requestTransforms":[{"matcher":{"prefix":"/a"},"requestTransformation":{"headerBodyTransform":{}},"clearRouteCache":true},
      {"matcher":{"prefix":"/n"}},{"responseTransformation":{"headerBodyTransform":{}}}],
      "responseTransforms":[{"matchers":[{"name":"x","value":"1"}],"responseCodeDetails":"why","responseTransformation":{"headerBodyTransform":{}}}]})");
  const auto* first = program.find(FakeMessage(FakeMessage::Headers{{":path", "/a"}}));
  ASSERT_NE(nullptr, first);
  EXPECT_TRUE(first->request && !first->response && first->clear_route_cache);
  const auto* last =
      program.find(FakeMessage(FakeMessage::Headers{{":path", "/n"}}));  // an entry without transformations is none
  ASSERT_NE(nullptr, last);
  EXPECT_TRUE(!last->request && last->response && !last->clear_route_cache);
  FakeMessage response(FakeMessage::Headers{{"x", "1"}});
  EXPECT_EQ(nullptr, program.find_response(response));
  response.details = "why";
  EXPECT_NE(nullptr, program.find_response(response));
}

TEST(Program, WhatIsNoneIsRefused) {
  std::string error;
  EXPECT_FALSE(Program::read("[]", error));
  EXPECT_FALSE(Program::read("{", error));
  EXPECT_FALSE(Program::read(
      R"({"requestTransforms":[{"matcher":{"regex":"("},"requestTransformation":{"headerBodyTransform":{}}}]})",
      error));
  EXPECT_EQ("/requestTransforms/0/matcher/regex: missing closing parenthesis at character 2", error);
  EXPECT_FALSE(Program::read(R"({"responseTransforms":[{"matchers":[{}],"responseTransformation":{}}]})", error));
  EXPECT_TRUE(Program::read("", error)->empty());
  EXPECT_TRUE(Program::read(R"({"requestTransforms":7,"responseTransforms":"x"})", error)->empty());
}

TEST(Regex, ReadsWhatGlooReads) {
  std::string error;
  std::vector<Regex::Group> groups;
  const auto whole = [&](const char* pattern, std::string_view text) {
    return Regex::compile(pattern, error)->match_whole(text, groups) == Regex::Result::kMatch;
  };
  EXPECT_TRUE(whole("^(.*\\|)?(.*)$", "a|b"));
  EXPECT_TRUE(whole("(?=a)a\\w*", "abc"));  // which RE2 has not
  EXPECT_TRUE(whole("(a)\\1", "aa"));
  EXPECT_TRUE(whole("[^]*", "a\nb"));
  EXPECT_FALSE(whole(".*", "a\nb"));
  EXPECT_FALSE(whole("a", "ab"));
  EXPECT_FALSE(whole("a$", "a\n"));
  EXPECT_TRUE(whole("\xff+", "\xff\xff"));
  EXPECT_FALSE(Regex::compile(std::string(200, '(') + std::string(200, ')'), error));
  EXPECT_FALSE(Regex::compile("a\\", error));
  const std::string long_text(1'000'000, 'a');
  EXPECT_EQ(Regex::Result::kTooMuch, Regex::compile("(a|aa)+$x", error)->match_whole(long_text, groups));
  EXPECT_TRUE(whole("a*", long_text));
}

}  // namespace
}  // namespace solder::transformation::program_test
