#include <gtest/gtest.h>

#include "fake_message.h"
#include "plugins/transformation/rendering/renderer.h"

namespace solder::transformation::template_test {
namespace {

constexpr std::string_view kBody =
    R"({"name":"Peter","a":{"b":{"c":7}},"list":[1,2,3],"none":null,"yes":true,"pi":3.0,"o":{"y":2,"x":1},"s":"a\"b"})";

std::string render(std::string_view text, Notation notation = Notation::kDots, bool escape = false) {
  Arena arena(1 << 26);
  TemplateError error;
  const auto made = Template::parse(text, notation, error);
  if (!made) return "refused, " + to_string(error);
  JsonError not_json;
  const FakeMessage message(FakeMessage::Headers{{":path", "/x"}, {"host", "h"}});
  Inputs inputs;
  inputs.around = &message;
  inputs.body = kBody;
  inputs.context = *read_json(arena, kBody, not_json);
  inputs.escape = escape;
  const auto out = Renderer(arena, inputs).render(*made, error);
  return out ? *out : "failed, " + to_string(error);
}

struct Case {
  const char* text;
  const char* expected;
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.text; }

class Rendered : public ::testing::TestWithParam<Case> {};
TEST_P(Rendered, ComesOut) { EXPECT_EQ(GetParam().expected, render(GetParam().text)); }

INSTANTIATE_TEST_SUITE_P(
    Values, Rendered,
    ::testing::ValuesIn(std::vector<Case>{
        {"plain } text %} }}", "plain } text %} }}"},
        {"{{ name }}", "Peter"},
        {"{{name}}{{ a.b.c }}{{ list.1 }}", "Peter72"},
        {"{{ none }}|{{ yes }}|{{ pi }}|{{ list }}|{{ o }}", "|true|3.0|[1,2,3]|{\"x\":1,\"y\":2}"},
        {"{{ \"quoted \\\"text\\\"\" }}", "quoted \"text\""},
        {"{{ [1, \"a\", {\"b\": null}] }}{{ {\"k\": [1]} }}", "[1,\"a\",{\"b\":null}]{\"k\":[1]}"},
        {"{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ 7 % 4 }} {{ 2 ^ 3 ^ 2 }} {{ 1 - -2 }} {{ 1.5 + "
         "1 }}",
         "7 9 3.5 3.0 3 512 3 2.5"},
        {"{{ \"a\" + \"b\" }}", "ab"},
        {"{{ 9223372036854775807 + 1 }}", "9.223372036854776e+18"},
        {"{{ name == \"Peter\" }} {{ 1 == 1.0 }} {{ 2 < 10 }} {{ \"b\" >= \"a\" }} {{ 2 in list }} {{ 1 in o }} {{ 5 "
         "in list }}",
         "true true true true true true false"},
        {"{{ not yes }} {{ not false and true }} {{ true or false and false }} {{ \"\" and true }}",
         "false true false true"},
        {"{{ at(list, 0) }}{{ at(o, \"x\") }}{{ first(list) }}{{ last(list) }}{{ at(a, \"b\").c }}", "11137"},
        {"{{ name | upper }} {{ list | join(\"-\") }}", "PETER 1-2-3"},
        {"{{ default(missing, \"none\") }} {{ default(name, 1) }} {{ default(missing.deep, 2) }}", "none Peter 2"},
        {"{{ exists(\"a.b\") }} {{ exists(\"a.x\") }} {{ existsIn(o, \"x\") }} {{ existsIn(o, \"z\") }}",
         "true false true false"},
        {"{{ length(body) == length(body()) }}{{ context.name }}",
         "failed, line 1, column 40: there is no value context.name"},
        {"{{ context().name }}", "Peter"},
        {"a{# nothing #}b{#- c -#}  d", "abd"},
    }));

INSTANTIATE_TEST_SUITE_P(
    Statements, Rendered,
    ::testing::ValuesIn(std::vector<Case>{
        {"{% if yes %}y{% else %}n{% endif %}", "y"},
        {"{% if 0 %}a{% else if name == \"Peter\" %}b{% else %}c{% endif %}", "b"},
        {"{% if 0 %}a{% else if 0 %}b{% else %}c{% endif %}!", "c!"},
        {"{% if 0 %}{% if 1 %}a{% endif %}{% endif %}b", "b"},
        {"{% for x in list %}{{ loop.index }}{{ loop.index1 }}{{ x }}{% if loop.is_first %}F{% endif %}{% if not "
         "loop.is_last %},{% endif %}{% endfor %}",
         "011F,122,233"},
        {"{% for k, v in o %}{{ k }}={{ v }};{% endfor %}", "x=1;y=2;"},
        {"{% for x in list %}{% for y in list %}{{ loop.parent.index }}{{ loop.index }} {% endfor %}{% endfor %}",
         "00 01 02 10 11 12 20 21 22 "},
        {"{% for x in [] %}a{% endfor %}b", "b"},
        {"{% set a = 1 %}{{ a }}{% for x in list %}{% set a = x %}{% endfor %}{{ a }}", "13"},
        {"{% for name in list %}{{ name }}{% endfor %}{{ name }}", "123Peter"},
        {"{% for x in range(3) %}{{ x }}{% endfor %}{{ range(0) }}", "012[]"},
        {"a \n {%- if yes -%} \n b \n {%- endif -%} \n c", "abc"},
        {"{{- name -}}  x", "Peterx"},
        {"  {%+ if yes %}a{% endif %}", "  a"},
        {"## if yes\nline\n## endif\nrest", "line\nrest"},
        {"## set z = 5\n{{ z }}", "5"},
        {"no ## statement", "no ## statement"},
    }));

INSTANTIATE_TEST_SUITE_P(
    Refused, Rendered,
    ::testing::ValuesIn(std::vector<Case>{
        {"{{ name", "refused, line 1, column 1: '{{' without its end '}}'"},
        {"a\nb {% if yes %}x", "refused, line 2, column 6: 'if' without its 'endif'"},
        {"{% if yes %}x{% endif %", "refused, line 1, column 14: '{%' without its end '%}'"},
        {"{% if default(data.error.message, \"\") != %}400{% else %}1{% endif %}",
         "refused, line 1, column 42: expected a value, got '%}'"},
        {"{{ nothing() }}", "refused, line 1, column 4: unknown function nothing"},
        {"{{ header() }}", "refused, line 1, column 4: function header takes 1 argument, not 0"},
        {"{{ substring(\"a\") }}", "refused, line 1, column 4: function substring takes 2 to 3 arguments, not 1"},
        {"{{ 'a' }}", "refused, line 1, column 4: a string stands in double quotes, found '"},
        {"{{ \"a }}", "refused, line 1, column 4: a string without its closing quote"},
        {"{{ a b }}", "refused, line 1, column 6: expected '}}', got 'b'"},
        {"{{ }}", "refused, line 1, column 4: expected a value, got '}}'"},
        {"{{ (1 }}", "refused, line 1, column 7: expected ')', got '}}'"},
        {"{{ 1 + }}", "refused, line 1, column 8: expected a value, got '}}'"},
        {"{{ 1.2.3 }}", "refused, line 1, column 4: not a JSON value: something stands behind the value"},
        {"{{ [1, x] }}", "refused, line 1, column 4: not a JSON value: not a JSON value"},
        {"{{ ! }}", "refused, line 1, column 4: unexpected character '!'"},
        {"{% endif %}", "refused, line 1, column 4: 'endif' without its beginning"},
        {"{% for x list %}{% endfor %}", "refused, line 1, column 10: expected 'in', got 'list'"},
        {"{% set x 1 %}", "refused, line 1, column 10: expected '=', got '1'"},
        {"{% foo %}",
         "refused, line 1, column 4: unknown statement 'foo'; known are if, else, endif, for, endfor, set"},
        {"{% include \"a\" %}", "refused, line 1, column 4: 'include' needs other templates, and there are none"},
        {"{# a", "refused, line 1, column 1: a comment without its end #}"},
        {"x\n\n  {% if %}{% endif %}", "refused, line 3, column 9: expected a value, got '%}'"},
    }));

INSTANTIATE_TEST_SUITE_P(
    Failed, Rendered,
    ::testing::ValuesIn(std::vector<Case>{
        {"{{ missing }}", "failed, line 1, column 4: there is no value missing"},
        {"{% if missing %}a{% endif %}", "failed, line 1, column 7: there is no value missing"},
        {"{{ upper(1) }}", "failed, line 1, column 4: upper() takes a string, found a number"},
        {"{{ 1 + name }}", "failed, line 1, column 6: numbers are needed, found a string"},
        {"{{ 1 / 0 }}", "failed, line 1, column 6: division by zero"},
        {"{{ at(list, 3) }}", "failed, line 1, column 4: at(): the array has no item 3"},
        {"{{ at(o, \"z\") }}", "failed, line 1, column 4: at(): there is no member z"},
        {"{% for x in name %}{% endfor %}", "failed, line 1, column 13: the loop needs an array, found a string"},
        {"{% for k, v in list %}{% endfor %}", "failed, line 1, column 16: the loop needs an object, found an array"},
        {"{% for x in range(1000000000) %}{% endfor %}",
         "failed, line 1, column 13: range() asks for too many numbers"},
    }));

TEST(Template, PointersInPlaceOfDots) {
  EXPECT_EQ("7 2", render("{{ a/b/c }} {{ list/1 }}", Notation::kPointer));
  EXPECT_EQ("refused, line 1, column 4: unknown function x", render("{{ x(1) }}", Notation::kPointer));
  EXPECT_EQ("true false", render("{{ exists(\"a/b\") }} {{ exists(\"a/z\") }}", Notation::kPointer));
  EXPECT_EQ("0", render("{% for x in list %}{% if loop/is_first %}{{ loop/index }}{% endif %}{% endfor %}",
                        Notation::kPointer));
}

TEST(Template, EscapesWhereAsked) {
  EXPECT_EQ("a\"b", render("{{ s }}"));
  EXPECT_EQ("a\\\"b", render("{{ s }}", Notation::kDots, true));
  EXPECT_EQ("a\\\"b", render("{{ raw_string(s) }}"));
}

TEST(Template, DepthAndLengthAreBounded) {
  std::string open, close, sum = "1", otherwise;
  for (int i = 0; i < 100; ++i) {
    open += "{% if 1 %}";
    close += "{% endif %}";
  }
  EXPECT_NE(std::string::npos, render(open + close).find("nested too deep"));
  for (int i = 0; i < 2000; ++i) sum += "+1";
  EXPECT_NE(std::string::npos, render("{{ " + sum + " }}").find("too many parts"));
  EXPECT_NE(std::string::npos, render("{{ " + std::string(5000, '(') + "1 }}").find("nested too deep"));
  std::string negations;
  for (int i = 0; i < 5000; ++i) negations += "not ";
  EXPECT_NE(std::string::npos, render("{{ " + negations + "1 }}").find("nested too deep"));
  for (int i = 0; i < 900; ++i) otherwise += "{% else if " + std::to_string(i) + " == 901 %}a";
  EXPECT_EQ("last", render("{% if 0 %}a" + otherwise + "{% else %}last{% endif %}"));
  for (int i = 0; i < 200; ++i) otherwise += "{% else if 0 %}a";
  EXPECT_NE(std::string::npos, render("{% if 0 %}a" + otherwise + "{% endif %}").find("too many else if"));
}

TEST(Template, WorkIsBounded) {
  const std::string shown = render("{% for x in range(1000000) %}{{ x }}{{ x }}{{ x }}{% endfor %}");
  EXPECT_NE(std::string::npos, shown.find("the template does too much work")) << shown.substr(0, 100);
}

TEST(Template, OutputIsBounded) {
  const std::string doubling =
      "{% set s = \"xxxxxxxxxxxxxxxx\" %}{% for i in range(40) %}{% set s = s + s %}{% endfor %}{{ s }}";
  EXPECT_EQ(0U, render(doubling).find("failed, line 1"));
}

}  // namespace
}  // namespace solder::transformation::template_test
