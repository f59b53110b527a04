#include <gtest/gtest.h>

#include "fake_message.h"
#include "plugins/transformation/rendering/base64.h"
#include "plugins/transformation/rendering/functions.h"
#include "plugins/transformation/rendering/renderer.h"

namespace solder::transformation::functions_test {
namespace {

std::string render(std::string_view text) {
  Arena arena(1 << 24);
  TemplateError error;
  const auto made = Template::parse(text, Notation::kPointer, error);
  if (!made) return "refused, " + error.message;
  FakeMessage message(FakeMessage::Headers{{"x-a", "one"}, {"x-a", "two"}}, {{"x-r", "request"}});
  message.known = {{"0/io.solo.transformation/text", "\"t\""},
                   {"0/other/number", "2.5"},
                   {"1/io.solo.transformation/list", "[\"a\",1,true,null]"},
                   {"1/io.solo.transformation/flag", "true"},
                   {"2/io.solo.transformation/zone", "{\"z\":1}"}};
  Inputs inputs;
  inputs.around = &message;
  inputs.body = "the body";
  inputs.extractions = {{"part", "taken"}};
  const auto out = Renderer(arena, inputs).render(*made, error);
  return out ? *out : "failed, " + error.message;
}

struct Case {
  const char* text;
  const char* expected;
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.text; }
class Functions : public ::testing::TestWithParam<Case> {};
TEST_P(Functions, GiveWhatIsExpected) {
  EXPECT_EQ(GetParam().expected, render(std::string("{{ ") + GetParam().text + " }}"));
}

INSTANTIATE_TEST_SUITE_P(OfTheRequest, Functions,
                         ::testing::ValuesIn(std::vector<Case>{
                             {"header(\"X-A\")", "one"},
                             {"header(\"none\")", ""},
                             {"request_header(\"x-r\")", "request"},
                             {"extraction(\"part\")", "taken"},
                             {"extraction(\"none\")", ""},
                             {"body()", "the body"},
                             {"body", "the body"},
                             {"context()", ""},
                             {"env(\"POD_NAME\")", "pod-1"},
                             {"env(\"NONE\")", ""},
                             {"dynamic_metadata(\"text\")", "t"},
                             {"dynamic_metadata(\"number\", \"other\")", "2.5"},
                             {"dynamic_metadata(\"none\")", ""},
                             {"cluster_metadata(\"list\")", "[\"a\",1,true,null]"},
                             {"clusterMetadata(\"list\")", "a,1,true,"},
                             {"clusterMetadata(\"flag\")", "true"},
                             {"host_metadata(\"zone\")", "{\"z\":1}"},
                             {"header(1)", "failed, header() takes a name as a string, found a number"},
                         }));

INSTANTIATE_TEST_SUITE_P(OfTexts, Functions,
                         ::testing::ValuesIn(std::vector<Case>{
                             {"lower(\"AbC\")", "abc"},
                             {"upper(\"AbC\")", "ABC"},
                             {"capitalize(\"aBC\")", "Abc"},
                             {"capitalize(\"\")", ""},
                             {"replace(\"a.b.c\", \".\", \"--\")", "a--b--c"},
                             {"replace(\"abc\", \"\", \"x\")", "abc"},
                             {"substring(\"hello world\", 6)", "world"},
                             {"substring(\"hello\", 1, 2)", "el"},
                             {"substring(\"hello\", 1, 99)", "ello"},
                             {"substring(\"hello\", 1, 0)", "ello"},
                             {"substring(\"hello\", 1, -1)", "ello"},
                             {"substring(\"hello\", -1)", ""},
                             {"substring(\"hello\", 5)", ""},
                             {"substring(\"hello\", \"1\")", ""},
                             {"substring(\"hello\", 1.5)", ""},
                             {"base64_encode(\"a?>\")", "YT8+"},
                             {"base64url_encode(\"a?>\")", "YT8-"},
                             {"base64_encode(\"a\")", "YQ=="},
                             {"base64url_encode(\"a\")", "YQ"},
                             {"base64_decode(\"aGVsbG8=\")", "hello"},
                             {"base64_decode(\"!!!\")", ""},
                             {"base64url_decode(\"YT8-\")", "a?>"},
                             {"base64_encode(1)", "failed, base64_encode() takes a string, found a number"},
                             {"join([1,\"a\",null], \"+\")", "1+a+null"},
                             {"int(\"42\") + 1", "43"},
                             {"int(\"x\")", "failed, not a number: \"x\""},
                             {"float(\"1.5\") + 1", "2.5"},
                             {"int(\" 7up\")", "7"},
                             {"raw_string(\"a\\\"\\n\")", "a\\\"\\n"},
                             {"word_count(\"two  words \")", "2"},
                             {"word_count([\"a b\", {\"k k\": 1}])", "5"},
                             {"word_count(\"\")", "0"},
                         }));

INSTANTIATE_TEST_SUITE_P(OfValues, Functions,
                         ::testing::ValuesIn(std::vector<Case>{
                             {"length(\"abc\")", "3"},
                             {"length([1])", "1"},
                             {"length({})", "0"},
                             {"length(1)", "failed, length() takes a string, an array or an object, found a number"},
                             {"max([1,3,2])", "3"},
                             {"min([1,3,2])", "1"},
                             {"sort([3,1,2])", "[1,2,3]"},
                             {"max([])", "failed, min() and max() take an array that is not empty"},
                             {"even(2)", "true"},
                             {"odd(2)", "false"},
                             {"divisibleBy(42, 7)", "true"},
                             {"divisibleBy(1, 0)", "false"},
                             {"round(2.567, 2)", "2.57"},
                             {"round(2.5, 0)", "3"},
                             {"first([])", "failed, first() takes an array that is not empty"},
                             {"isArray([])", "true"},
                             {"isBoolean(true)", "true"},
                             {"isFloat(1.0)", "true"},
                             {"isInteger(1)", "true"},
                             {"isNumber(1.5)", "true"},
                             {"isObject({})", "true"},
                             {"isString(1)", "false"},
                             {"range(3.0)", "[0,1,2]"},
                         }));

TEST(Functions, RandomsArePutInPlaceOfAPattern) {
  EXPECT_EQ("a YWFhYWFhYWFhYWFhYWFhYQ b YWFhYWFhYWFhYWFhYWFhYQ / YmJiYmJiYmJiYmJiYmJiYg",
            render("{{ replace_with_random(\"a ## b ##\", \"##\") }} / {{ replace_with_random(\"x\", \"x\") }}"));
}

TEST(Base64, RefusesWhatIsNone) {
  EXPECT_FALSE(base64_decode("YQ", false));
  EXPECT_FALSE(base64_decode("YQ=", false));
  EXPECT_FALSE(base64_decode("YR==", false));
  EXPECT_FALSE(base64_decode("Y=Q=", false));
  EXPECT_EQ("a", base64_decode("YQ", true));
  for (int size = 0; size < 70; ++size) {
    const std::string bytes(static_cast<size_t>(size), static_cast<char>(size * 37));
    EXPECT_EQ(bytes, base64_decode(base64_encode(bytes, false, true), false));
    EXPECT_EQ(bytes, base64_decode(base64_encode(bytes, true, false), true));
  }
}

}  // namespace
}  // namespace solder::transformation::functions_test
