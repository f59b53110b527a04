// The keywords of our JSON Schemas: what each refuses, in which words, and what the canonical form is.
#include "core/config/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/decode.h"
#include "core/config/schema_catalog.h"
#include "core/config/shown.h"

namespace solder::config {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Checked {
  std::string value;
  std::vector<std::string> problems;  // "Reason /field"
  model::Diagnostics diagnostics;
};

Checked check(const std::string& schema, const std::string& value) {
  auto compiled = compile_schema(json::parse(schema));
  if (!compiled.ok()) return {"schema: " + compiled.status().message(), {}, {}};
  Checked out;
  out.value = check_value(**compiled, json::parse(value), "", {"Upstream", "ns", "u"}, out.diagnostics).dump();
  for (const auto& problem : out.diagnostics) out.problems.push_back(problem.reason + " " + problem.field);
  return out;
}

struct Case {
  const char* schema;
  const char* value;
  const char* canonical;  // empty: refused
  const char* problem;    // empty: none
};

class Keyword : public ::testing::TestWithParam<Case> {};

TEST_P(Keyword, Works) {
  const auto [schema, value, canonical, problem] = GetParam();
  const auto out = check(schema, value);
  if (*problem == '\0') {
    EXPECT_THAT(out.problems, IsEmpty());
    EXPECT_EQ(out.value, canonical);
  } else {
    EXPECT_THAT(out.problems, ElementsAre(problem)) << out.value;
  }
}

#define INT(format) R"({"type":"integer","format":")" format R"("})"
#define DURATION R"({"type":"string","format":"duration"})"
#define ENUM R"({"type":"string","enum":["ROUND_ROBIN","RANDOM"]})"
#define MAP R"({"type":"object","properties":{"hostRewrite":{"type":"string"},"b":{"type":"integer"}}})"

INSTANTIATE_TEST_SUITE_P(
    Numbers, Keyword,
    ::testing::Values(Case{INT("uint32"), "80", "80", ""}, Case{INT("uint32"), "\"80\"", "80", ""},
                      Case{INT("uint32"), "80.0", "80", ""}, Case{INT("uint32"), "80.5", "", "WrongType "},
                      Case{INT("uint32"), "-1", "", "InvalidValue "},
                      Case{INT("uint32"), "4294967296", "", "InvalidValue "},
                      Case{INT("int32"), "-2147483648", "-2147483648", ""},
                      Case{INT("int32"), "2147483648", "", "InvalidValue "}, Case{INT("int64"), "\"123\"", "123", ""},
                      Case{INT("uint64"), "18446744073709551615", "18446744073709551615", ""},
                      Case{INT("uint64"), "1e300", "", "InvalidValue "}, Case{INT("int64"), "true", "", "WrongType "},
                      Case{INT("int64"), "\"12x\"", "", "WrongType "},
                      Case{R"({"type":"number","minimum":0,"maximum":1})", "0.5", "0.5", ""},
                      Case{R"({"type":"number","minimum":0,"maximum":1})", "1.5", "", "InvalidValue "},
                      Case{R"({"type":"boolean"})", "true", "true", ""},
                      Case{R"({"type":"boolean"})", "\"true\"", "", "WrongType "}));

INSTANTIATE_TEST_SUITE_P(
    Texts, Keyword,
    ::testing::Values(Case{R"({"type":"string"})", "\"x\"", "\"x\"", ""},
                      Case{R"({"type":"string"})", "5", "", "WrongType "},
                      Case{R"({"type":"string"})", "[]", "", "WrongType "},
                      Case{R"({"type":"string","minLength":1})", "\"\"", "", "InvalidValue "},
                      Case{R"({"type":"string","maxLength":2})", "\"abc\"", "", "InvalidValue "},
                      Case{R"({"type":"string","pattern":"^a+$"})", "\"aaa\"", "\"aaa\"", ""},
                      Case{R"({"type":"string","pattern":"^a+$"})", "\"b\"", "", "InvalidValue "},
                      Case{DURATION, "\"5s\"", "\"5s\"", ""}, Case{DURATION, "\"1m30s\"", "\"90s\"", ""},
                      Case{DURATION, "{\"seconds\":1,\"nanos\":500000000}", "\"1.500s\"", ""},
                      Case{DURATION, "{\"seconds\":\"7\"}", "\"7s\"", ""}, Case{DURATION, "5", "", "InvalidDuration "},
                      Case{DURATION, "\"5\"", "", "InvalidDuration "},
                      Case{DURATION, "{\"hours\":1}", "", "InvalidDuration "},
                      Case{DURATION, "{}", "", "InvalidDuration "},
                      Case{R"({"type":"string","format":"byte"})", "\"aGk=\"", "\"aGk=\"", ""},
                      Case{R"({"type":"string","format":"byte"})", "\"a?b\"", "", "InvalidBase64 "},
                      Case{ENUM, "\"RANDOM\"", "\"RANDOM\"", ""}, Case{ENUM, "1", "\"RANDOM\"", ""},
                      Case{ENUM, "2", "", "InvalidEnum "}, Case{ENUM, "\"random\"", "", "InvalidEnum "}));

INSTANTIATE_TEST_SUITE_P(
    Maps, Keyword,
    ::testing::Values(
        Case{MAP, R"({"host_rewrite":"x"})", R"({"hostRewrite":"x"})", ""},
        Case{MAP, R"({"hostRewrite":null,"b":1})", R"({"b":1})", ""},
        Case{MAP, R"({"host_rewrite":"x","hostRewrite":"y"})", "", "DuplicateKey /host_rewrite"},
        Case{MAP, R"({"hostRewritee":"x"})", "", "UnknownField /hostRewritee"},
        Case{MAP, R"({"host_rewrite":5})", "", "WrongType /host_rewrite"}, Case{MAP, "[]", "", "WrongType "},
        Case{R"({"type":"object","properties":{"a":{}},"required":["a"]})", "{}", "", "MissingField "},
        Case{R"({"type":"object","additionalProperties":{"type":"string"}})", R"({"a_b":"c"})", R"({"a_b":"c"})", ""},
        Case{R"({"type":"object","additionalProperties":{"type":"string"}})", R"({"a/b":1})", "", "WrongType /a~1b"},
        Case{R"({"type":"object","format":"struct"})", R"({"a_b":null})", R"({"a_b":null})", ""},
        Case{R"({"type":"object","properties":{"a":{},"b":{}},"x-solder-oneof":[["a","b"]]})", R"({"a":1,"b":2})", "",
             "OneofConflict "},
        Case{R"({"type":"object","properties":{"a":{},"b":{}},"x-solder-oneof":[["a","b"]]})", R"({"a":1,"b":null})",
             R"({"a":1})", ""}));

INSTANTIATE_TEST_SUITE_P(
    Lists, Keyword,
    ::testing::Values(Case{R"({"type":"array","items":{"type":"string"}})", R"(["a","b"])", R"(["a","b"])", ""},
                      Case{R"({"type":"array","items":{"type":"string"}})", R"(["a",1])", "", "WrongType /1"},
                      Case{R"({"type":"array","items":{"type":"string"}})", R"(["a",null])", "", "WrongType /1"},
                      Case{R"({"type":"array","items":{"type":"string"}})", R"("a")", "", "WrongType "},
                      Case{R"({"type":"array","minItems":1})", "[]", "", "InvalidValue "},
                      Case{R"({"type":"array","maxItems":1})", "[1,2]", "", "InvalidValue "},
                      Case{R"({"type":"array","items":{"$ref":"#/$defs/x"},"$defs":{"x":{"type":"integer"}}})",
                           "[\"1\"]", "[1]", ""}));

TEST(Schema, EveryProblemIsFoundNotTheFirst) {
  const auto out = check(
      R"({"type":"object","properties":{"timeout":{"type":"string","format":"duration"},"port":{"type":"integer"},
          "names":{"type":"array","items":{"type":"string"}}}})",
      R"({"timeout":"soon","port":"high","names":["a",1,2],"portt":1})");
  EXPECT_THAT(out.problems,
              ::testing::UnorderedElementsAre("InvalidDuration /timeout", "WrongType /port", "WrongType /names/1",
                                              "WrongType /names/2", "UnknownField /portt"));
}

TEST(Schema, MessagesSayWhatWasFoundAndWhatWouldBeRight) {
  auto out = check(MAP, R"({"hostRewrit":"x"})");
  EXPECT_EQ(out.diagnostics.at(0).message, "the field hostRewrit is not known; did you mean hostRewrite?");
  EXPECT_EQ(out.diagnostics.at(0).found, "hostRewrit");
  EXPECT_EQ(out.diagnostics.at(0).expected, "hostRewrite");
  out = check(MAP, R"({"zzzzzzzz":"x"})");
  EXPECT_EQ(out.diagnostics.at(0).expected, "one of b, hostRewrite");
  out = check(ENUM, "\"ROUND_ROBBIN\"");
  EXPECT_THAT(out.diagnostics.at(0).message, HasSubstr("did you mean ROUND_ROBIN?"));
  EXPECT_EQ(out.diagnostics.at(0).expected, "one of ROUND_ROBIN, RANDOM");
  out = check(R"({"type":"string"})", "1.10");
  EXPECT_THAT(out.diagnostics.at(0).message, HasSubstr("put it in quotes"));
  out = check(INT("uint32"), "-1");
  EXPECT_EQ(out.diagnostics.at(0).expected, "0 to 4294967295");
  out = check(R"({"type":"integer","minimum":1})", "0");
  EXPECT_EQ(out.diagnostics.at(0).expected, "at least 1");
}

TEST(Schema, ProblemsAreBoundedInNumberAndLength) {
  json many = json::object();
  for (int i = 0; i < 5000; ++i) many["key" + std::to_string(i)] = 1;
  many[std::string(100'000, 'k')] = 1;
  const auto out = check(MAP, many.dump());
  ASSERT_EQ(out.problems.size(), 101u);
  EXPECT_EQ(out.problems.back(), "TooManyProblems ");
  const auto wide = check(R"({"type":"string","maxLength":1})", json(std::string(100'000, 'k')).dump());
  EXPECT_LE(wide.diagnostics.at(0).found.size(), 80u);
}

TEST(Schema, UnusableSchemasAreRefusedWithTheReason) {
  const auto refusal = [](const char* schema) { return check(schema, "{}").value; };
  EXPECT_THAT(refusal(R"({"type":"text"})"), HasSubstr("type \"text\" is not known"));
  EXPECT_THAT(refusal(R"({"allOf":[]})"), HasSubstr("keyword \"allOf\" is not supported"));
  EXPECT_THAT(refusal(R"({"format":"email"})"), HasSubstr("format \"email\" is not known"));
  EXPECT_THAT(refusal(R"({"pattern":"("})"), HasSubstr("pattern does not compile"));
  EXPECT_THAT(refusal(R"({"minLength":"x"})"), HasSubstr("wrong type"));
  EXPECT_THAT(refusal(R"({"$ref":"#/$defs/none"})"), HasSubstr("not there"));
  EXPECT_THAT(refusal(R"({"$ref":"http://x"})"), HasSubstr("must name #/$defs/"));
  EXPECT_THAT(refusal(R"({"$ref":"#/$defs/a","$defs":{"a":{"items":{"$ref":"#/$defs/a"}}}})"), HasSubstr("itself"));
  EXPECT_THAT(refusal("[]"), HasSubstr("a schema is an object"));
  EXPECT_THAT(refusal("false"), HasSubstr("no usable schema"));
}

// Each definition names the next one twice: 2^25 places, 25 definitions.
TEST(Schema, DefinitionsThatFanOutAreCompiledOnce) {
  json schema = {{"$ref", "#/$defs/d0"}};
  for (int i = 0; i < 25; ++i) {
    const json next = i == 24 ? json{{"type", "string"}} : json{{"$ref", "#/$defs/d" + std::to_string(i + 1)}};
    schema["$defs"]["d" + std::to_string(i)] = {{"type", "object"}, {"properties", {{"a", next}, {"b", next}}}};
  }
  EXPECT_TRUE(compile_schema(schema).ok());
}

TEST(Schema, APlaceInSettingsIsAPointer) {
  EXPECT_FALSE(compile_schema({{"x-solder-settings-default", "gloo"}}).ok());
  EXPECT_FALSE(compile_schema({{"x-solder-settings-default", 5}}).ok());
  EXPECT_TRUE(compile_schema({{"x-solder-settings-default", "/gloo/x"}}).ok());
}

TEST(Schema, WhatIsNotServedIsRefusedWithItsSentence) {
  model::Diagnostics problems;
  const auto schema = compile_schema(nlohmann::json::parse(
      R"({"type":"object","properties":{"ldap":{"x-solder-not-served":"ask a server"},"name":{"type":"string"}}})"));
  ASSERT_TRUE(schema.ok());
  check_value(**schema, {{"name", "a"}}, "/spec", {"A", "ns", "a"}, problems);
  EXPECT_TRUE(problems.empty());
  check_value(**schema, {{"ldap", {{"address", "x"}}}}, "/spec", {"A", "ns", "a"}, problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].reason, "NotServed");
  EXPECT_EQ(problems[0].field, "/spec/ldap");
  EXPECT_EQ(problems[0].message, "ask a server");
  EXPECT_FALSE(compile_schema({{"x-solder-not-served", ""}}).ok());
}

TEST(SchemaCatalog, AClaimThatCannotBeUsedNamesPluginAndKey) {
  const Claim bad{"mine", "route", "x", R"({"type":"text"})"};
  EXPECT_THAT(SchemaCatalog::check_claim(bad).message(), HasSubstr("plugin mine, key route:x: the type \"text\""));
  EXPECT_FALSE(SchemaCatalog::make({bad}).ok());
  EXPECT_THAT(SchemaCatalog::check_claim({"mine", "route", "x", "{"}).message(), HasSubstr("not JSON"));
  EXPECT_TRUE(SchemaCatalog::check_claim({"mine", "route", "x", R"({"type":"string"})"}).ok());
}

TEST(WellKnownKeys, NameTheirPlugin) {
  EXPECT_EQ(plugin_for_key("route", "cors"), "cors");
  EXPECT_EQ(plugin_for_key("route", "timeout"), "routing");
  EXPECT_EQ(plugin_for_key("virtual_service", "sslConfig"), "tls");
  EXPECT_EQ(plugin_for_key("upstream", "kube"), "kubernetes");
  EXPECT_EQ(plugin_for_key("upstream", "aws"), "aws_lambda");
  EXPECT_EQ(plugin_for_key("http_gateway", "gzip"), "gzip");
  EXPECT_EQ(plugin_for_key("route", "extProcEarly"), "ext_proc");
  EXPECT_EQ(plugin_for_key("route", "kube"), "");
  EXPECT_EQ(plugin_for_key("route", "time"), "");
  EXPECT_EQ(plugin_for_key("route", ""), "");
  EXPECT_EQ(plugin_for_key("route", "timeout retries"), "");
}

TEST(Shown, IsNeverCutInALetter) {
  EXPECT_EQ(shortened("short"), "short");
  EXPECT_EQ(shortened("abcdefghij", 8), "abcde...");
  EXPECT_EQ(shortened("abcd\u00e9fghij", 8), "abcd...");
}

TEST(LowerCamel, OfSnakeCase) {
  EXPECT_EQ(to_lower_camel("host_rewrite_path_regex"), "hostRewritePathRegex");
  EXPECT_EQ(to_lower_camel("useHttp2"), "useHttp2");
  EXPECT_EQ(to_lower_camel("use_http2"), "useHttp2");
  EXPECT_EQ(to_lower_camel(""), "");
}

// What a decoder asked for is what its result depends on.
TEST(SchemaCatalog, RecordsWhichClaimsWereAskedFor) {
  const auto catalog = *SchemaCatalog::make({{"routing", "route", "timeout", R"({"type":"string"})"},
                                             {"static", "upstream_type", "static", R"({"type":"object"})"}});
  const std::string route = R"({"options":{"timeout":"1s","waf":{}},"directResponseAction":{"status":200}})";
  SchemaCatalog::Uses uses;
  const auto decoded = decode_route({"Route", "ns", ""}, route, catalog->recording(uses));
  EXPECT_FALSE(decoded.value.has_value());
  EXPECT_THAT(uses, ::testing::UnorderedElementsAre("route:timeout", "route:waf", "route:"));
  EXPECT_EQ(catalog->marks().count("route:timeout"), 1u);
  EXPECT_EQ(catalog->marks().count("route:waf"), 0u) << "nobody claims it";
  EXPECT_EQ(catalog->marks().count("upstream:static"), 1u) << "a type is a key of upstreams, too";
  const auto other = *SchemaCatalog::make({{"routing", "route", "timeout", R"({"type":"object"})"}});
  EXPECT_NE(catalog->marks().at("route:timeout"), other->marks().at("route:timeout"));
  EXPECT_EQ(catalog->marks().at("route:"), other->marks().at("route:"));
}

}  // namespace
}  // namespace solder::config
