// What functions of web services are made of: paths, queries, cookies and bodies of parameters, with nothing in them
// that is not encoded.
#include <gtest/gtest.h>

#include "fake_message.h"
#include "plugins/transformation/rendering/transformation.h"

namespace solder::transformation::web_functions_test {
namespace {

struct Given {
  FakeMessage::Headers headers = {{":path", "/gate/a%2Fb/x%20y?page=2"},
                                  {":method", "POST"},
                                  {"x-id", "a b/..%2f&é"},
                                  {"x-empty", ""},
                                  {"x-number", "5"},
                                  {"cookie", "own=1; s=old"}};
  std::string body =
      R"({"n":7,"t":"a&b","list":["x y",2,true],"deep":{"k":"v w"},"none":null,"up":"../x","dot":"..","q\"}}":1,"empty":"","s":"new"})";
};

constexpr const char* kExtractors =
    R"j("extractors":{"id":{"header":"x-id","regex":".*"},"gone":{"header":"x-gone","regex":".*"},"number":{"header":"x-number","regex":".*"},
    "part":{"header":":path","regex":"/gate/([^/?]+)/.*","subgroup":1},"last":{"header":":path","regex":"/gate/[^/]+/([^/?]+).*","subgroup":1}})j";

std::string escaped(const std::string& text) {
  std::string out;
  write_escaped(text, out);
  return out;
}

// What a header becomes, or why it does not.
std::string rendered(const std::string& header, const std::string& text, const Given& given = {}) {
  Arena arena(1 << 22);
  JsonError error;
  const std::string config = "{\"transformationTemplate\":{\"percentEncode\":true," + std::string(kExtractors) +
                             ",\"headers\":{\"" + header + "\":{\"text\":\"" + escaped(text) + "\"}}}}";
  const auto value = read_json(arena, config, error);
  if (!value) return error.what;
  ConfigProblems problems;
  const auto made = Transformation::compile(*value, "", problems);
  if (!made) return "refused: " + problems.front().message;
  FakeMessage message(given.headers);
  const auto result = made->apply(message, given.body, Transformation::Of::kRequest);
  return result.ok ? std::string(message.header(header).value_or("(none)")) : "failed: " + result.error;
}

struct Case {
  const char* text;
  const char* expected;
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.text; }

class Paths : public ::testing::TestWithParam<Case> {};
TEST_P(Paths, AreEncoded) { EXPECT_EQ(GetParam().expected, rendered(":path", GetParam().text)); }
INSTANTIATE_TEST_SUITE_P(
    All, Paths,
    ::testing::ValuesIn(std::vector<Case>{
        {"/a/{{ n }}", "/a/7"},
        {"/a/{{ t }}", "/a/a%26b"},
        {"/a/{{ default(nowhere, \"x/y\") }}", "/a/x%2Fy"},
        {"/a/{{ required(\"t\") }}/{{ required(\"n\") }}", "/a/a%26b/7"},
        {"/a/{{ required(\"list\") }}", "/a/x%20y%2C2%2Ctrue"},
        {"/a/{{ required(\"gone\") }}",
         "failed: the template of header :path, line 1, column 7: the parameter gone is missing"},
        {"/a/{{ required(\"empty\") }}",
         "failed: the template of header :path, line 1, column 7: the parameter empty is missing"},
        {"/a/{{ required(\"q\\\"}}\") }}", "/a/1"},
        // What came encoded in a path is the same afterwards.
        {"/a/{{ part }}/{{ last }}", "/a/a%2Fb/x%20y"},
        // Traversal: encoded or not, by either slash; not in a query, where it leads nowhere.
        {"/a/{{ up }}", "failed: the template of header :path, line 1, column 7: a value would climb in the path"},
        {"/a/{{ dot }}/b", "failed: the template of header :path, line 1, column 7: a value would climb in the path"},
        {"/a?x={{ up }}", "/a?x=..%2Fx"},
        {"/a/{{ id }}", "/a/a%20b%2F..%252f%26%C3%A9"},
        {"/a?{{ query_string(\"n\", \"t\", \"gone\", \"none\", \"nowhere\", \"empty\") }}", "/a?n=7&t=a%26b"},
        {"/a?{{ query_string(\"gone\") }}", "/a"},
        {"/a?{{ query_string(\"list\") }}", "/a?list=x%20y&list=2&list=true"},
        {"/a?{{ query_string(\"list:csv\") }}", "/a?list=x%20y%2C2%2Ctrue"},
        {"/a?{{ query_string(\"list:pipes\") }}", "/a?list=x%20y%7C2%7Ctrue"},
        {"/a?{{ query_string(\"list:ssv\") }}", "/a?list=x%20y%202%20true"},
        {"/a?{{ query_string(\"deep:deep\") }}", "/a?deep%5Bk%5D=v%20w"},
        {"/a?{{ query_string(\"deep\") }}", "/a?deep=%7B%22k%22%3A%22v%20w%22%7D"},
        {"/a?{{ url_encode(t) }}", "/a?a%26b"},
        {"/a?{{ query_string(t, n) }}",
         "failed: the template of header :path, line 1, column 7: query_string() takes names of parameters as strings"},
    }));

class Texts : public ::testing::TestWithParam<Case> {};
TEST_P(Texts, OfParameters) { EXPECT_EQ(GetParam().expected, rendered("x-out", GetParam().text)); }
INSTANTIATE_TEST_SUITE_P(
    All, Texts,
    ::testing::ValuesIn(std::vector<Case>{
        {"{{ parameter(\"n\") }} {{ parameter(\"nowhere\") }} {{ parameter(\"gone\", \"else\") }}", "7  else"},
        {"{{ json_object(\"n\", \"nowhere\", \"gone\", \"none\", \"empty\") }}", "{\"empty\":\"\",\"n\":7}"},
        {"{{ json_object(\"number:integer\", \"t:integer\", \"id:string\") }}",
         "{\"id\":\"a b/..%2f&é\",\"number\":5,\"t\":\"a&b\"}"},
        {"{{ json_object(\"number\", \"number:boolean\") }}", "{\"number\":\"5\"}"},
        {"{{ json_object() }}", "{}"},
        {"{{ cookies(\"s\", \"t\", \"gone\") }}", "own=1; s=new; t=a%26b"},
        {"{{ cookies(\"gone\") }}", "own=1; s=old"},
    }));

TEST(WebFunctions, HeadersTakeNoLineBreaks) {
  Given given;
  given.headers[2].second = "x";
  given.headers[0].second = "/gate/a%0d%0aX-Evil:%201/b";
  EXPECT_EQ("failed: header x-out would hold a line break or a zero", rendered("x-out", "{{ part }}", given));
  EXPECT_EQ("/a%0D%0AX-Evil%3A%201", rendered(":path", "/{{ part }}", given));
  given.headers[0].second = "/gate/%2e%2e/b";
  EXPECT_EQ("failed: the template of header :path, line 1, column 5: a value would climb in the path",
            rendered(":path", "/{{ part }}", given));
  given.headers[0].second = "/gate/%5c..%5c/b";
  EXPECT_EQ("failed: the template of header :path, line 1, column 5: a value would climb in the path",
            rendered(":path", "/{{ part }}", given));
}

TEST(WebFunctions, MoreArgumentsThanAFewAreFine) {
  std::string names, expected;
  for (int i = 0; i < 128; ++i) names += std::string(i == 0 ? "" : ", ") + "\"n" + std::to_string(i) + "\"";
  EXPECT_EQ("{}", rendered("x-out", "{{ json_object(" + names + ") }}"));
  EXPECT_EQ(
      "refused: the template of header x-out, line 1, column 4: function json_object takes 0 to 128 arguments, not 129",
      rendered("x-out", "{{ json_object(" + names + ", \"more\") }}"));
}

}  // namespace
}  // namespace solder::transformation::web_functions_test
