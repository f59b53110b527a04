#include <gtest/gtest.h>

#include <algorithm>

#include "fake_message.h"
#include "plugins/transformation/rendering/transformation.h"

namespace solder::transformation::transformation_test {
namespace {

using Of = Transformation::Of;

class Made {
 public:
  explicit Made(const std::string& json) : text_(json) {
    JsonError error;
    const auto config = read_json(arena_, text_, error);
    EXPECT_TRUE(config) << error.what << " at " << error.offset;
    if (config) made_ = Transformation::compile(*config, "", problems);
    EXPECT_EQ(problems.empty(), made_.has_value());
  }
  const Transformation* operator->() const { return &*made_; }
  // "field: message" of each problem.
  [[nodiscard]] std::string told() const {
    std::string out;
    for (const auto& one : problems) out += one.field + ": " + one.reason + ": " + one.message + "\n";
    return out;
  }
  ConfigProblems problems;

 private:
  Arena arena_{1 << 20};
  std::string text_;
  std::optional<Transformation> made_;
};

std::string of_template(const std::string& members) { return "{\"transformationTemplate\":{" + members + "}}"; }

std::string header(const FakeMessage& message, std::string_view name) {
  return std::string(message.joined_header(name).value_or("(none)"));
}

TEST(Transformation, HeadersAreSetAppendedAndRemoved) {
  const Made made(of_template(
      R"j("headers":{"X-One":{"text":"{{ header(\"x-two\") }}"},"x-two":{"text":"{{ header(\"x-one\") }}"},"x-gone":{"text":""}},
      "headersToRemove":["x-rm"],"headersToAppend":[{"key":"x-one","value":{"text":"more {{ header(\"x-rm\") }}"}},{"key":"x-none","value":{"text":""}}])j"));
  FakeMessage message(
      FakeMessage::Headers{{"x-one", "1"}, {"x-one", "1b"}, {"x-two", "2"}, {"x-gone", "g"}, {"x-rm", "r"}});
  ASSERT_TRUE(made->apply(message, "", Of::kRequest).ok);
  EXPECT_EQ("2,more r", header(message, "x-one"));
  EXPECT_EQ("1", header(message, "x-two"));
  EXPECT_EQ("(none)", header(message, "x-gone"));
  EXPECT_EQ("(none)", header(message, "x-rm"));
  EXPECT_EQ("(none)", header(message, "x-none"));
}

TEST(Transformation, ExtractorsTakeAndReplace) {
  const Made made(
      of_template(R"j("extractors":{"user":{"header":"authorization","regex":"Bearer (\\w+)\\.(\\w+)","subgroup":2},
      "deep.part":{"body":{},"regex":".*\"id\":(\\d+).*","subgroup":1},
      "masked":{"header":"card","regex":"(\\d{4})-(\\d+)","subgroup":2,"mode":"SINGLE_REPLACE","replacementText":"****"},
      "all":{"header":"text","regex":"o(.)","mode":"REPLACE_ALL","replacementText":"<$1>$$"},
      "other":{"header":"none","regex":".*","mode":"SINGLE_REPLACE","replacementText":"x"},
      "unmatched":{"header":"card","regex":"no","subgroup":0}},
      "body":{"text":"{{ user }}|{{ deep.part }}|{{ masked }}|{{ all }}|{{ other }}|{{ unmatched }}|{{ extraction(\"user\") }}"})j"));
  FakeMessage message(
      FakeMessage::Headers{{"authorization", "Bearer abc.def"}, {"card", "1234-5678"}, {"text", "foo bot"}});
  const auto result = made->apply(message, R"j({"id":42})j", Of::kRequest);
  ASSERT_TRUE(result.ok) << result.error;
  EXPECT_EQ("def|42|1234-****|f<o>$ b<t>$|||def", *result.body);
}

TEST(Transformation, AdvancedTemplatesKeepExtractionsApart) {
  const Made made(of_template(R"j("advancedTemplates":true,"extractors":{"a":{"header":"h","regex":".*"}},
      "body":{"text":"{{ extraction(\"a\") }} {{ x/y }} {{ default(a, \"none\") }}"})j"));
  FakeMessage message(FakeMessage::Headers{{"h", "value"}});
  EXPECT_EQ("value 1 none", made->apply(message, R"j({"x":{"y":1}})j", Of::kRequest).body);
}

TEST(Transformation, ExtractionsAreMergedIntoTheBody) {
  const Made made(of_template(
      R"j("mergeExtractorsToBody":{},"extractors":{"root":{"header":"root","regex":".*"},"payload.nested":{"header":"nested","regex":".*"}})j"));
  FakeMessage message(FakeMessage::Headers{{"root", "r"}, {"nested", "n"}});
  EXPECT_EQ(R"j({"a":1,"payload":{"keep":2,"nested":"n"},"root":"r"})j",
            made->apply(message, R"j({"a":1,"payload":{"keep":2}})j", Of::kRequest).body);
  EXPECT_EQ(R"j({"payload":{"nested":"n"},"root":"r"})j", made->apply(message, "", Of::kRequest).body);
  EXPECT_EQ("extractor payload.nested has no place in the body: something else than an object is in its way",
            made->apply(message, "[1]", Of::kRequest).error);
  FakeMessage odd(FakeMessage::Headers{{"root", "\xff"}, {"nested", "n"}});
  EXPECT_EQ("an extraction is not UTF-8 and cannot stand in JSON", made->apply(odd, "", Of::kRequest).error);
}

TEST(Transformation, KeysAreMergedIntoTheBody) {
  const Made made(
      of_template(R"j("mergeJsonKeys":{"jsonKeys":{"n":{"tmpl":{"text":"{{ a + 1 }}"}},"s":{"tmpl":{"text":"text"}},
      "empty":{"tmpl":{"text":""}},"blank":{"tmpl":{"text":""},"overrideEmpty":true},"o":{"tmpl":{"text":"{\"x\":[1]}"}}}})j"));
  FakeMessage message;
  EXPECT_EQ(R"j({"a":1,"blank":"","empty":"kept","n":2,"o":{"x":[1]},"s":"text"})j",
            made->apply(message, R"j({"a":1,"blank":"gone","empty":"kept"})j", Of::kRequest).body);
  EXPECT_FALSE(
      Made(of_template(R"j("advancedTemplates":true,"mergeJsonKeys":{"jsonKeys":{"a.b":{"tmpl":{"text":""}}}})j"))
          .told()
          .empty());
}

TEST(Transformation, BodiesThatAreNotJson) {
  const std::string members = R"j("body":{"text":"{{ default(a, \"none\") }} {{ body() }}"})j";
  FakeMessage message;
  EXPECT_EQ("the body is not JSON: not a JSON value, at byte 1",
            Made(of_template(members))->apply(message, "text", Of::kRequest).error);
  EXPECT_EQ("none text",
            Made(of_template(members + R"j(,"ignoreErrorOnParse":true)j"))->apply(message, "text", Of::kRequest).body);
  EXPECT_EQ("none {\"a\":1}", Made(of_template(members + R"j(,"parseBodyBehavior":"DontParse")j"))
                                  ->apply(message, "{\"a\":1}", Of::kRequest)
                                  .body);
  EXPECT_EQ("none [1]", Made(of_template(members))->apply(message, "[1]", Of::kRequest).body);
  EXPECT_EQ("none ", Made(of_template(members))->apply(message, "", Of::kRequest).body);
}

TEST(Transformation, MetadataAndSpans) {
  const Made made(of_template(
      R"j("dynamicMetadataValues":[{"key":"a","value":{"text":"{{ header(\"h\") }}"}},{"metadataNamespace":"n","key":"b","jsonToProto":true,"value":{"text":"{\"x\":1}"}},
      {"key":"c","jsonToProto":true,"value":{"text":"not json"}},{"key":"d","value":{"text":""}}],"spanTransformer":{"name":{"text":"span {{ header(\"h\") }}"}})j"));
  FakeMessage message(FakeMessage::Headers{{"h", "v"}});
  ASSERT_TRUE(made->apply(message, "", Of::kRequest).ok);
  EXPECT_EQ(
      (std::map<std::string, std::string>{
          {"io.solo.transformation/a", "\"v\""}, {"n/b", "{\"x\":1}"}, {"io.solo.transformation/c", "\"not json\""}}),
      message.set);
  EXPECT_EQ("span v", message.span);
}

// What fails changes nothing: not the headers that would have been good either.
TEST(Transformation, AFailureChangesNothing) {
  for (const char* bad : {R"j({"text":"{{ missing }}"})j", R"j({"text":"a\r\nb"})j"}) {
    const Made made(of_template(R"j("headers":{"x-a":{"text":"new"},"x-b":)j" + std::string(bad) +
                                R"j(},"dynamicMetadataValues":[{"key":"k","value":{"text":"v"}}])j"));
    FakeMessage message(FakeMessage::Headers{{"x-a", "old"}});
    const auto result = made->apply(message, "", Of::kRequest);
    EXPECT_FALSE(result.ok);
    EXPECT_NE("", result.error);
    EXPECT_EQ("old", header(message, "x-a"));
    EXPECT_TRUE(message.set.empty());
  }
}

TEST(Transformation, PseudoHeadersStayUsable) {
  EXPECT_EQ("", header_problem(":path", "/a?b"));
  EXPECT_EQ("", header_problem(":path", "/\xc3\xa9"));
  EXPECT_EQ("", header_problem("x-a", "any \t text"));
  EXPECT_EQ("", header_problem(":status", "404"));
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{":path", ""},
                                                                                    {":path", "/a b"},
                                                                                    {":method", "GE\nT"},
                                                                                    {":status", "abc"},
                                                                                    {":status", "99"},
                                                                                    {":status", "100"},
                                                                                    {":status", "600"},
                                                                                    {":status", "2000"},
                                                                                    {"x-a", "a\nb"},
                                                                                    {"x-a", std::string("a\0b", 3)},
                                                                                    {"x-a", "a\rb"}})
    EXPECT_NE("", header_problem(name, value)) << name << "=" << value;
  EXPECT_EQ(
      "/transformationTemplate/headersToRemove/0: InvalidValue: Envoy needs its pseudo headers; they can be set, not "
      "removed\n",
      Made(of_template(R"j("headersToRemove":[":path"])j")).told());
}

TEST(Transformation, HeadersAndBodyAsJson) {
  const Made made(R"j({"headerBodyTransform":{"addRequestMetadata":true}})j");
  FakeMessage message(FakeMessage::Headers{{":path", "/p?a=1&a=%32&b"}, {":method", "PUT"}, {"x", "1"}, {"x", "2"}});
  const auto result = made->apply(message, "text\n", Of::kRequest);
  EXPECT_EQ(
      R"j({"body":"text\n","headers":{":method":"PUT",":path":"/p?a=1&a=%32&b","x":"2"},"httpMethod":"PUT","multiValueHeaders":{"x":["1","2"]},)j"
      R"j("multiValueQueryStringParameters":{"a":["1","2"]},"path":"/p","queryString":"a=1&a=%32&b","queryStringParameters":{"a":"2","b":""}})j",
      *result.body);
  EXPECT_EQ("application/json", header(message, "content-type"));
  FakeMessage response(FakeMessage::Headers{{"x", "1"}});
  EXPECT_EQ(R"j({"headers":{"x":"1"}})j", made->apply(response, "", Of::kResponse).body);
  EXPECT_FALSE(made->apply(response, "", Of::kBareResponse).body);
  EXPECT_FALSE(made->apply(response, "\xff", Of::kResponse).ok);
}

TEST(Transformation, OnlyWhatNeedsTheBodyWaitsForIt) {
  EXPECT_TRUE(Made(of_template(""))->needs_body());
  EXPECT_FALSE(Made(of_template(R"j("passthrough":{},"headers":{"a":{"text":"{{ x }}"}})j"))->needs_body());
  const std::string apart = R"j("parseBodyBehavior":"DontParse",)j";
  EXPECT_FALSE(Made(of_template(apart + R"j("headers":{"a":{"text":"{{ header(\"b\") }}"}})j"))->needs_body());
  EXPECT_TRUE(Made(of_template(apart + R"j("headers":{"a":{"text":"{{ body() }}"}})j"))->needs_body());
  EXPECT_TRUE(Made(of_template(apart + R"j("extractors":{"a":{"body":{},"regex":".*"}})j"))->needs_body());
  EXPECT_TRUE(Made(of_template(apart + R"j("body":{"text":"x"})j"))->needs_body());
}

TEST(Transformation, EveryMistakeIsTold) {
  EXPECT_EQ(": MissingField: a transformation says how\n", Made("{}").told());
  EXPECT_EQ("/xsltTransformation: InvalidValue: stock Envoy has no XSLT, and neither has Solder's module for it\n",
            Made(R"j({"xsltTransformation":{}})j").told());
  EXPECT_EQ(
      "/transformationTemplate/extractors/a/subgroup: InvalidValue: extractor a: the regex has only 0 groups\n"
      "/transformationTemplate/extractors/b~1c/regex: InvalidRegex: extractor b/c: missing closing parenthesis at "
      "character 2\n"
      "/transformationTemplate/extractors/d: MissingField: extractor d: mode SINGLE_REPLACE needs a replacementText\n"
      "/transformationTemplate/extractors/e/replacementText: InvalidValue: extractor e: only the modes that replace "
      "take a replacementText\n"
      "/transformationTemplate/extractors/f/subgroup: InvalidValue: extractor f replaces whole matches: mode "
      "REPLACE_ALL takes no subgroup\n"
      "/transformationTemplate/headers/x/text: InvalidTemplate: the template of header x, line 1, column 1: '{{' "
      "without its end '}}'\n"
      "/transformationTemplate/headersToAppend/0/key: InvalidValue: not a name of a header\n"
      "/transformationTemplate/dynamicMetadataValues/0/key: MissingField: metadata needs a key\n"
      "/transformationTemplate/body/text: InvalidTemplate: the template of the body, line 1, column 4: unknown "
      "function f\n",
      Made(
          of_template(
              R"j("extractors":{"a":{"header":"h","regex":".*","subgroup":1},"b/c":{"header":"h","regex":"("},"d":{"header":"h","regex":"a","mode":"SINGLE_REPLACE"},
      "e":{"header":"h","regex":"a","replacementText":"r"},"f":{"header":"h","regex":"(a)","subgroup":1,"mode":"REPLACE_ALL","replacementText":""}},
      "headers":{"x":{"text":"{{"}},"headersToAppend":[{"key":"a b","value":{"text":""}}],"dynamicMetadataValues":[{"value":{"text":""}}],"body":{"text":"{{ f() }}"})j"))
          .told());
}

// Configurations that no schema has seen must not be trusted either.
TEST(Transformation, OddShapesAreNoHarm) {
  for (const char* odd :
       {R"j("extractors":[1],"headers":"x","headersToAppend":{"a":1},"headersToRemove":1,"dynamicMetadataValues":"v")j",
        R"j("mergeJsonKeys":[])j", R"j("headers":{"x":[]})j"}) {
    FakeMessage message;
    EXPECT_TRUE(Made(of_template(odd))->apply(message, "", Of::kRequest).ok);
  }
}

TEST(Transformation, LargeAndDeepBodies) {
  const Made made(of_template(R"j("body":{"text":"{{ length(context()) }}"})j"));
  FakeMessage message;
  EXPECT_EQ("the body is not JSON: nested too deep, at byte 257",
            made->apply(message, std::string(100'000'000, '['), Of::kRequest).error);
  const Made copies(of_template(R"j("parseBodyBehavior":"DontParse","body":{"text":"{{ body() }}"})j"));
  const std::string large(100'000'000, '\xff');
  EXPECT_EQ(large.size(), copies->apply(message, large, Of::kRequest).body->size());
  const Made slow(of_template(R"j("extractors":{"x":{"body":{},"regex":"(a+)+b"}},"parseBodyBehavior":"DontParse")j"));
  EXPECT_EQ("extractor x: the regex takes too long on this text",
            slow->apply(message, std::string(5000, 'a'), Of::kRequest).error);
}

}  // namespace
}  // namespace solder::transformation::transformation_test
