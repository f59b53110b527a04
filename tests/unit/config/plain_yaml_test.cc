// The quick reader of manifests: what it takes, what it leaves to the other, and that both read the same.
#include "core/config/plain_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace solder::config::plain_yaml_test {
namespace {

std::string read(const std::string& text) {
  const auto plain = read_plain_yaml(text, 1, {});
  return plain ? plain->json : "left";
}

// What libyaml's reader makes of it; its problem where there is one.
std::string read_all(const std::string& text, Position& start) {
  const ReadDocument whole = read_yaml(text, 1, {}, false);
  start = whole.start;
  return whole.problems.empty() ? whole.value.dump() : whole.problems.front().message;
}

// Fails where the quick reader takes a text and the other reads it otherwise; true where it takes it.
bool agree(const std::string& text) {
  const auto plain = read_plain_yaml(text, 1, {});
  if (!plain) return false;
  Position start;
  EXPECT_EQ(plain->json, read_all(text, start)) << text;
  EXPECT_EQ(plain->start.line, start.line) << text;
  EXPECT_EQ(plain->start.column, start.column) << text;
  return true;
}

struct Case {
  const char* yaml;
  const char* json;
};

class PlainYaml : public ::testing::TestWithParam<Case> {};

TEST_P(PlainYaml, IsRead) {
  EXPECT_EQ(read(GetParam().yaml), GetParam().json);
  agree(GetParam().yaml);
}

INSTANTIATE_TEST_SUITE_P(Maps, PlainYaml,
                         ::testing::Values(Case{"a: 1", R"({"a":1})"}, Case{"b: x\na: z\n", R"({"a":"z","b":"x"})"},
                                           Case{"a:\n  b:\n    c: d\ne: f\n", R"({"a":{"b":{"c":"d"}},"e":"f"})"},
                                           Case{"a:\nb:\n", R"({"a":null,"b":null})"},
                                           Case{"  a: 1\n  b: 2\n", R"({"a":1,"b":2})"},
                                           Case{"\"a b\": 1\n'c': 2\n\"\": 3\n", R"({"":3,"a b":1,"c":2})"},
                                           Case{"a.b/c-d_e: 1\n/x: 2\n", R"({"/x":2,"a.b/c-d_e":1})"},
                                           Case{"on: 1\n1: 2\n", R"({"1":2,"on":1})"}));
INSTANTIATE_TEST_SUITE_P(
    Lists, PlainYaml,
    ::testing::Values(Case{"a:\n- 1\n- b\nc: d\n", R"({"a":[1,"b"],"c":"d"})"},
                      Case{"a:\n  - b: 1\n    c: 2\n  - d:\n    - e\n", R"({"a":[{"b":1,"c":2},{"d":["e"]}]})"},
                      Case{"a:\n- - 1\n  - 2\n- - 3\n", R"({"a":[[1,2],[3]]})"},
                      Case{"a:\n-\n- b\n-\n  c: d\n", R"({"a":[null,"b",{"c":"d"}]})"},
                      Case{"a:\n-   b: 1\n    c: 2\n", R"({"a":[{"b":1,"c":2}]})"},
                      Case{"a: [b, \"c\", 'd', 1, [], {}, [e]]\n", R"({"a":["b","c","d",1,[],{},["e"]]})"},
                      Case{"a: {b: 1, \"c\": [d]} # e\n", R"({"a":{"b":1,"c":["d"]}})"},
                      Case{"a:\n- [b]\n- {c: d}\n", R"({"a":[["b"],{"c":"d"}]})"}));
INSTANTIATE_TEST_SUITE_P(
    Scalars, PlainYaml,
    ::testing::Values(
        Case{"a: b c\n", R"({"a":"b c"})"}, Case{"a: b  # c\n", R"({"a":"b"})"}, Case{"a: b#c\n", R"({"a":"b#c"})"},
        Case{"a: http://b:80/c?d=e&f\n", R"({"a":"http://b:80/c?d=e&f"})"}, Case{"a: -b\n", R"({"a":"-b"})"},
        Case{"a: -0\nb: 007\nc: 1.50\n", R"({"a":0,"b":7,"c":1.5})"},
        Case{"a: yes\nb: ~\nc: off\nd: nope\n", R"({"a":true,"b":null,"c":false,"d":"nope"})"},
        Case{"a: 18446744073709551615\n", R"({"a":18446744073709551615})"},
        Case{R"(a: "b\"c\\d\n\t\/")", R"({"a":"b\"c\\d\n\t/"})"}, Case{"a: 'b''c\"d\\n'\n", R"({"a":"b'c\"d\\n"})"},
        Case{"a: ''\nb: \"\"\n", R"({"a":"","b":""})"}, Case{"a: 'yes'\nb: \"1\"\n", R"({"a":"yes","b":"1"})"},
        Case{"a: \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\n", "{\"a\":\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\"}"}));
INSTANTIATE_TEST_SUITE_P(
    Literals, PlainYaml,
    ::testing::Values(Case{"a: |\n  b\n   c\n\n  # d\nd: e\n", R"({"a":"b\n c\n\n# d\n","d":"e"})"},
                      Case{"a: |-\n  b\n\n\nd: e\n", R"({"a":"b","d":"e"})"},
                      Case{"a:\n- |\n b: c\n# d\n- e\n", R"({"a":["b: c\n","e"]})"},
                      Case{"a:\n- b: |\n    {{ c }}\n  d: 1\n", R"({"a":[{"b":"{{ c }}\n","d":1}]})"}));
INSTANTIATE_TEST_SUITE_P(Around, PlainYaml,
                         ::testing::Values(Case{"---\na: 1\n", R"({"a":1})"},
                                           Case{"# x\n\n---\n# y\n a: 1\n", R"({"a":1})"},
                                           Case{"# x\na: # y\n  # z\n  b: 1 # w\n\n", R"({"a":{"b":1}})"},
                                           Case{"\n\na: 1\n\n\n", R"({"a":1})"}));

// Some of these are right, some wrong; either is for the other reader to say.
class NotPlainYaml : public ::testing::TestWithParam<const char*> {};

TEST_P(NotPlainYaml, IsLeft) { EXPECT_EQ(read(GetParam()), "left"); }

INSTANTIATE_TEST_SUITE_P(
    Texts, NotPlainYaml,
    ::testing::Values("", "a", "- a\n", "# a\n", "---\n", "a: 1\na: 2\n", "a: b: c\n", "a: b:\n", "a:\tb\n", "a: b\r\n",
                      "a: &b c\n", "a: *b\n", "a: !!str 1\n", "<<: {a: 1}\n", "\"<<\": {a: 1}\n", "a: >\n  b\n",
                      "a: |+\n  b\n", "a: |2\n  b\n", "a: |\n\n  b\n", "a: |\nb: c\n", "a: |\n  b", "a: b\n  c\n",
                      "a: \"b\n  c\"\n", "a: \"\\x41\"\n", "a: \"b\" c\n", "a: [b,\n c]\n", "a: [b, ]\n", "a: [b c]\n",
                      "a: [b: c]\n", "a: [b\n", "a: {b}\n", "a: {b:c}\n", "a: [b]c\n", "? a\n: b\n",
                      "a:\n  b: 1\n c: 2\n", "a:\n b: 1\n  c: 2\n", "a: 1\n- b\n", "a:\n- b\n c\n",
                      "%YAML 1.1\n---\na: b\n", "a: b\n...\n", "--- a: b\n", "---\n---\na: b\n", "a: @b\n", "a: `b`\n",
                      "a: %b\n", "a\xc2\x85: b\n", "a: b\xe2\x80\xa8 c\n", "a: \xef\xbb\xbf\n", "a: b\x7f\n",
                      "a b: c\n", "a: - b\n", "a: \"b\n", "kind: List\nitems: []\n"));

TEST(PlainYamlBounds, WhatIsTooDeepOrTooMuchIsLeft) {
  Limits limits;
  limits.max_depth = 2;
  EXPECT_TRUE(read_plain_yaml("a:\n  b: 1\n", 1, limits));
  EXPECT_FALSE(read_plain_yaml("a:\n  b:\n    c: 1\n", 1, limits));
  EXPECT_FALSE(read_plain_yaml("a: [[1]]\n", 1, limits));
  limits.max_expanded_nodes = 5;
  EXPECT_TRUE(read_plain_yaml("a: [1, 2]\n", 1, limits));
  EXPECT_FALSE(read_plain_yaml("a: [1, 2, 3]\n", 1, limits));
}

TEST(PlainYamlBounds, LongKeysAreLeft) {
  for (const size_t length : {250, 254, 255, 256, 257, 1023, 1030}) agree(std::string(length, 'k') + ": 1\n");
  EXPECT_EQ(read(std::string(1030, 'k') + ": 1\n"), "left");
}

TEST(PlainYamlHead, WhatNamesAnObjectIsAValueAsWell) {
  const auto plain = read_plain_yaml("kind: A\nspec: {b: c}\nmetadata:\n  name: m\n  labels: {d: e}\n", 7, {});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->value.dump(), R"({"kind":"A","metadata":{"labels":{"d":"e"},"name":"m"}})");
  EXPECT_EQ(plain->start.line, 7u);
}

// What people and programs write.
const std::vector<std::string>& seeds() {
  static const std::vector<std::string> texts{
      "apiVersion: gateway.solo.io/v1\nkind: VirtualService\nmetadata:\n  name: a\n  namespace: gloo-system\nspec:\n  "
      "virtualHost:\n    domains:\n"
      "    - 'a.example.com'\n    - \"*\"\n    routes:\n    - matchers:\n      - prefix: /a # all\n        methods: "
      "[GET, POST]\n"
      "      routeAction:\n        single:\n          upstream: {name: b, namespace: c}\n      options:\n        "
      "timeout: 1.5s\n",
      "# a\n---\nspec:\n  - |\n    b: c\n      d\n\n    e\n  - f: |-\n      g\n    h: ~\n  -\n    - 1\n    - - -2.5\n  "
      "    - +3\n",
      "a: [1, 'b', \"c\\n\", {d: [e, f]}, []]\n\"g h\":\n- i: j\n\n  k: l m#n # o\n-  p: {q: r, 's': true}\n   t:\n   "
      "- u\nv:\nw: x://y:1/z\n"};
  return texts;
}

class Mutations {
 public:
  explicit Mutations(unsigned seed) : random_(seed) {}
  std::string next() {
    std::string text = seeds()[below(seeds().size())];
    for (size_t left = 1 + below(4); left > 0; --left) mutate(text);
    return text;
  }

 private:
  size_t below(size_t bound) { return random_() % bound; }
  void mutate(std::string& text) {
    static const std::string letters = " \n-:#[]{}'\"|>&*!%,?\\ab0.~<_/=+";
    const size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text.insert(at, 1, letters[below(letters.size())]);
        return;
      case 1:
        text.erase(at, 1);
        return;
      case 2:
        text[at] = letters[below(letters.size())];
        return;
      case 3:
        text.insert(at, text.substr(below(text.size()), 1 + below(12)));
        return;
      default: {
        const size_t line = text.find('\n', at);
        if (line != std::string::npos) text.insert(line + 1, std::string(1 + below(3), ' '));
      }
    }
  }
  std::mt19937 random_;
};

TEST(PlainYamlMutations, AreReadAsTheOtherReaderReadsThem) {
  Mutations mutations(20261130);
  int taken = 0;
  for (int i = 0; i < 20'000 && !::testing::Test::HasFailure(); ++i) taken += agree(mutations.next()) ? 1 : 0;
  EXPECT_GT(taken, 2'000);
}

}  // namespace
}  // namespace solder::config::plain_yaml_test
