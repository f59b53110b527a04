// Texts of strangers: what they are is seen in them, and what they cost is bounded.
#include "plugins/openapi/document.h"

#include <gtest/gtest.h>

namespace solder::plugins::openapi::document_test {
namespace {

struct Read {
  std::string json, why;
};
Read read(const std::string& text, const DocumentLimits& limits = {}) {
  Read out;
  const auto document = read_document(text, out.why, limits);
  if (document) out.json = document->dump();
  return out;
}

struct Case {
  const char* text;
  const char* json;  // empty: refused
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.text; }
class Documents : public ::testing::TestWithParam<Case> {};
TEST_P(Documents, AreReadAsWhatTheyAre) {
  const Read found = read(GetParam().text);
  EXPECT_EQ(GetParam().json, found.json) << found.why;
  EXPECT_EQ(found.json.empty(), !found.why.empty());
}
INSTANTIATE_TEST_SUITE_P(
    All, Documents,
    ::testing::ValuesIn(std::vector<Case>{
        {R"({"a": [1, 2.5, true, null, "x"]})", R"({"a":[1,2.5,true,null,"x"]})"},
        {"\xEF\xBB\xBF {\"a\": 1}", R"({"a":1})"},
        {"a: 1\nb: [x, 'y', \"z\"]\n", R"({"a":1,"b":["x","y","z"]})"},
        {"a: yes\nb: on\nc: true\nd: ~\ne:\n", R"({"a":"yes","b":"on","c":true,"d":null,"e":null})"},
        {"a: 1.0\nb: 0x10\nc: -3\nd: 1e3\ne: 3.0.1\nf: 2024-01-01\n",
         R"({"a":1.0,"b":16,"c":-3,"d":1000.0,"e":"3.0.1","f":"2024-01-01"})"},
        {"200: {d: 1}\n", R"({"200":{"d":1}})"},
        {"a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n", R"({"a":{"b":1},"c":{"b":1},"d":{"b":1,"e":2}})"},
        {"{a: 1, b: [2]}", R"({"a":1,"b":[2]})"},
        {"--- \na: 1\n---\na: 2\n", R"({"a":1})"},
        {"a: !!str 5\n", R"({"a":"5"})"},
        {"just a text", R"("just a text")"},
        {"", ""},
        {"  \n ", ""},
        {"<!DOCTYPE html><html></html>", ""},
        {"{\"a\": ", ""},
        {"a: *nowhere\n", ""},
        {"a: [1, 2\nb: 3\n", ""},
        {"? [a]\n: 1\n", ""},
        {"a: \xff\xfe\n", ""},
    }));

TEST(Document, IsNoDeeperThanItMayBe) {
  for (const bool json : {true, false}) {
    const std::string begin = json ? "" : "a: ";
    EXPECT_EQ("", read(begin + std::string(199, '[') + std::string(199, ']')).why);
    const Read deep = read(begin + std::string(100000, '['));
    EXPECT_NE(std::string::npos, deep.why.find("nested deeper than 200 levels")) << deep.why;
  }
}

TEST(Document, AliasesDoNotMultiplyIt) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k == 0 ? "" : ", ") + before;
    bomb += "]\n";
  }
  const Read found = read(bomb);
  EXPECT_EQ("", found.json);
  EXPECT_NE("", found.why);
}

TEST(Document, HasItsLimits) {
  EXPECT_NE(std::string::npos, read(std::string(2000000, ' '), {.bytes = 1 << 20}).why.find("more than 1 MB"));
  EXPECT_NE(std::string::npos, read("[1,2,3,4]", {.nodes = 3}).why.find("more than 3 values"));
  EXPECT_NE(std::string::npos, read("[a,\n b, c, d]", {.nodes = 3}).why.find("more than 3 values"));
}

TEST(Document, OfFiveMegabytesIsRead) {
  std::string json = "{\"paths\":{", yaml = "paths:\n";
  for (int i = 0; json.size() < (5u << 20); ++i) {
    const std::string path = "/things/" + std::to_string(i);
    json +=
        std::string(i == 0 ? "" : ",") + "\"" + path + "\":{\"get\":{\"summary\":\"" + std::string(200, 's') + "\"}}";
    yaml += "  " + path + ":\n    get:\n      summary: " + std::string(200, 's') + "\n";
  }
  json += "}}";
  EXPECT_EQ(read(json).json, read(yaml).json);
  EXPECT_GT(read(yaml).json.size(), 4u << 20);
}

}  // namespace
}  // namespace solder::plugins::openapi::document_test
