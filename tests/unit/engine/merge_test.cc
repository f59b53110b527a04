// Every rule of the merge by example: what stands in the fragments of plugins a, b, c, and what comes out.
#include <gtest/gtest.h>

#include "tests/unit/engine/merge_fixture.h"

namespace solder::engine::testing::merge_test {
namespace {

struct Case {
  const char* name;
  const char* type;
  std::vector<Part> parts;
  const char* merged;
  std::vector<std::string> conflicts;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class Rule : public ::testing::TestWithParam<Case> {};

TEST_P(Rule, Holds) {
  const Case& c = GetParam();
  const Merged merged = merge_parts(c.type, c.parts);
  for (const BadFragment& bad : merged.bad) ADD_FAILURE() << bad.problem;
  EXPECT_EQ(json_of(c.type, merged.bytes), c.merged);
  EXPECT_EQ(conflicts_of(merged), c.conflicts);
}

TEST_P(Rule, HoldsForJsonFragments) {
  Case c = GetParam();
  for (Part& part : c.parts) part.wire = false;
  const Merged merged = merge_parts(c.type, c.parts);
  EXPECT_EQ(json_of(c.type, merged.bytes), c.merged);
  EXPECT_EQ(conflicts_of(merged), c.conflicts);
}

const std::vector<Case> kCases = {
    {"Nothing", kAction, {}, "{}", {}},
    {"One", kAction, {{"a", R"({"cluster":"x","timeout":"1s"})"}}, R"({"cluster":"x","timeout":"1s"})", {}},
    {"Disjoint",
     kAction,
     {{"a", R"({"timeout":"1s"})"}, {"b", R"({"cluster":"x"})"}, {"c", R"({"prefixRewrite":"/"})"}},
     R"({"cluster":"x","prefixRewrite":"/","timeout":"1s"})",
     {}},
    // Leaves are replaced whole. Protobuf's own merge would give 1.5s.
    {"Duration",
     kAction,
     {{"a", R"({"timeout":"0.5s"})"}, {"b", R"({"timeout":"1s"})"}},
     R"({"timeout":"1s"})",
     {"timeout: a>b"}},
    {"DurationZero",
     kAction,
     {{"a", R"({"timeout":"5s"})"}, {"b", R"({"timeout":"0s"})"}},
     R"({"timeout":"0s"})",
     {"timeout: a>b"}},
    {"WrapperFalse",
     kRoute,
     {{"a", R"({"route":{"retryPolicy":{"numRetries":3}}})"}, {"b", R"({"route":{"retryPolicy":{"numRetries":0}}})"}},
     R"({"route":{"retryPolicy":{"numRetries":0}}})",
     {"route.retry_policy.num_retries: a>b"}},
    {"Timestamp",
     "envoy.data.accesslog.v3.AccessLogCommon",
     {{"a", R"({"startTime":"2024-01-01T00:00:00.5Z"})"}, {"b", R"({"startTime":"2024-01-02T00:00:00Z"})"}},
     R"({"startTime":"2024-01-02T00:00:00Z"})",
     {"start_time: a>b"}},
    {"Any",
     "envoy.config.core.v3.TypedExtensionConfig",
     {{"a",
       R"({"typedConfig":{"@type":"type.googleapis.com/envoy.config.core.v3.HeaderValue","key":"k","value":"v"}})"},
      {"b", R"({"typedConfig":{"@type":"type.googleapis.com/envoy.config.core.v3.HeaderValue","key":"z"}})"}},
     R"({"typedConfig":{"@type":"type.googleapis.com/envoy.config.core.v3.HeaderValue","key":"z"}})",
     {"typed_config: a>b"}},
    {"EqualValuesAreNoConflict",
     kAction,
     {{"a", R"({"timeout":"1s","prefixRewrite":"/x"})"}, {"b", R"({"prefixRewrite":"/x","timeout":"1.000s"})"}},
     R"({"prefixRewrite":"/x","timeout":"1s"})",
     {}},
    {"OnePluginMayOverrideItself",
     kAction,
     {{"a", R"({"timeout":"1s","cluster":"x"})"}, {"a", R"({"timeout":"2s","clusterHeader":"y"})"}},
     R"({"clusterHeader":"y","timeout":"2s"})",
     {}},
    {"ThreeInARow",
     kAction,
     {{"a", R"({"prefixRewrite":"1"})"}, {"b", R"({"prefixRewrite":"2"})"}, {"c", R"({"prefixRewrite":"2"})"}},
     R"({"prefixRewrite":"2"})",
     {"prefix_rewrite: a>b"}},
    // A oneof is one field.
    {"OneofOtherMember",
     kAction,
     {{"a", R"({"hostRewriteLiteral":"h"})"}, {"b", R"({"autoHostRewrite":true})"}},
     R"({"autoHostRewrite":true})",
     {"host_rewrite_specifier: a>b"}},
    {"OneofSameMemberMerges",
     kRoute,
     {{"a", R"({"route":{"cluster":"x","timeout":"1s"}})"}, {"b", R"({"route":{"prefixRewrite":"/"}})"}},
     R"({"route":{"cluster":"x","prefixRewrite":"/","timeout":"1s"}})",
     {}},
    {"OneofOtherMessageMember",
     kRoute,
     {{"a", R"({"route":{"cluster":"x"}})"},
      {"b", R"({"redirect":{"hostRedirect":"h"}})"},
      {"b", R"({"redirect":{"stripQuery":true}})"}},
     R"({"redirect":{"hostRedirect":"h","stripQuery":true}})",
     {"action: a>b"}},
    {"OneofInAnElementOfAMap",
     "google.protobuf.Struct",
     {{"a", R"({"k":"text"})"}, {"b", R"({"k":1})"}},
     R"({"k":1})",
     {"fields[k].kind: a>b"}},
    // Maps merge by key, their message values recursively.
    {"MapOfScalars",
     "envoy.service.discovery.v3.DeltaDiscoveryRequest",
     {{"a", R"({"initialResourceVersions":{"x":"1","y":"1"}})"},
      {"b", R"({"initialResourceVersions":{"y":"2","a":"3"}})"}},
     R"({"initialResourceVersions":{"a":"3","x":"1","y":"2"}})",
     {"initial_resource_versions[y]: a>b"}},
    {"MapOfMessages",
     kCluster,
     {{"a", R"({"metadata":{"filterMetadata":{"ns":{"p":{"x":1},"q":true},"other":{}}}})"},
      {"b", R"({"metadata":{"filterMetadata":{"ns":{"p":{"y":2}}}}})"}},
     R"({"metadata":{"filterMetadata":{"ns":{"p":{"x":1,"y":2},"q":true},"other":{}}}})",
     {}},
    {"MapOfAny",
     kRoute,
     {{"a",
       R"({"typedPerFilterConfig":{"f":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"},"g":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}})"},
      {"b", R"({"typedPerFilterConfig":{"f":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"2s"}}})"}},
     R"({"typedPerFilterConfig":{"f":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"2s"},"g":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}})",
     {"typed_per_filter_config[f]: a>b"}},
    // Lists are appended, in order, and are never a conflict.
    {"ListOfMessages",
     kRoute,
     {{"a", R"({"requestHeadersToAdd":[{"header":{"key":"1"}}]})"},
      {"b", R"({"requestHeadersToAdd":[{"header":{"key":"2"}},{"header":{"key":"1"}}]})"}},
     R"({"requestHeadersToAdd":[{"header":{"key":"1"}},{"header":{"key":"2"}},{"header":{"key":"1"}}]})",
     {}},
    {"ListOfTexts",
     kRoute,
     {{"a", R"({"requestHeadersToRemove":["x","y"]})"}, {"b", R"({"requestHeadersToRemove":["x"]})"}},
     R"({"requestHeadersToRemove":["x","y","x"]})",
     {}},
    {"ListOfNumbers",
     "envoy.config.route.v3.RetryPolicy",
     {{"a", R"({"retriableStatusCodes":[503]})"}, {"b", R"({"retriableStatusCodes":[504,1]})"}},
     R"({"retriableStatusCodes":[503,504,1]})",
     {}},
    {"NestedMessages",
     kCluster,
     {{"a", R"({"commonLbConfig":{"localityWeightedLbConfig":{}}})"},
      {"b", R"({"commonLbConfig":{"updateMergeWindow":"1s"}})"}},
     R"({"commonLbConfig":{"localityWeightedLbConfig":{},"updateMergeWindow":"1s"}})",
     {}},
    {"EmptyMessageIsKept",
     kCluster,
     {{"a", R"({"metadata":{}})"}, {"b", R"({"name":"x"})"}},
     R"({"name":"x","metadata":{}})",
     {}},
    // clear and null unset what came before, not what the fragment itself says.
    {"ClearALeaf",
     kAction,
     {{"a", R"({"timeout":"1s","cluster":"x"})"}, {"b", "{}", {"timeout"}}},
     R"({"cluster":"x"})",
     {}},
    {"ClearIsNoConflict",
     kAction,
     {{"a", R"({"timeout":"1s"})"}, {"b", R"({"timeout":"2s"})", {"timeout"}}},
     R"({"timeout":"2s"})",
     {}},
    {"ClearBelow",
     kAction,
     {{"a", R"({"retryPolicy":{"numRetries":3,"retryOn":"5xx"}})"}, {"b", "{}", {"retry_policy.num_retries"}}},
     R"({"retryPolicy":{"retryOn":"5xx"}})",
     {}},
    {"ClearByCamelName",
     kAction,
     {{"a", R"({"retryPolicy":{"numRetries":3,"retryOn":"5xx"}})"}, {"b", "{}", {"retryPolicy.numRetries"}}},
     R"({"retryPolicy":{"retryOn":"5xx"}})",
     {}},
    {"ClearAList",
     kRoute,
     {{"a", R"({"requestHeadersToRemove":["x"]})"},
      {"b", R"({"requestHeadersToRemove":["y"]})", {"request_headers_to_remove"}}},
     R"({"requestHeadersToRemove":["y"]})",
     {}},
    {"ClearAMapsEntry",
     kCluster,
     {{"a", R"({"metadata":{"filterMetadata":{"io.solo]x":{},"b":{}}}})"},
      {"b", "{}", {"metadata.filter_metadata[io.solo]x]"}}},
     R"({"metadata":{"filterMetadata":{"b":{}}}})",
     {}},
    {"ClearInAMapsEntry",
     kCluster,
     {{"a", R"({"metadata":{"filterMetadata":{"a.b":{"x":1,"y":2}}}})"},
      {"b", "{}", {"metadata.filterMetadata[a.b].fields[x]"}}},
     R"({"metadata":{"filterMetadata":{"a.b":{"y":2}}}})",
     {}},
    {"ClearTheLastEntry",
     kCluster,
     {{"a", R"({"metadata":{"filterMetadata":{"a":{}}}})"}, {"b", "{}", {"metadata.filter_metadata[a]"}}},
     R"({"metadata":{}})",
     {}},
    {"ClearAOneof",
     kAction,
     {{"a", R"({"cluster":"x","priority":"HIGH"})"}, {"b", "{}", {"cluster_specifier"}}},
     R"({"priority":"HIGH"})",
     {}},
    {"ClearWhatIsNotThere",
     kAction,
     {{"a", R"({"cluster":"x"})", {"timeout"}}, {"b", "{}", {"retry_policy.retry_on", "priority"}}},
     R"({"cluster":"x"})",
     {}},
    {"ClearOfTheFirstKeepsItsOwn", kAction, {{"a", R"({"timeout":"1s"})", {"timeout"}}}, R"({"timeout":"1s"})", {}},
    {"ClearThenALaterOneSets",
     kAction,
     {{"a", R"({"timeout":"1s"})"}, {"b", "{}", {"timeout"}}, {"c", R"({"timeout":"3s"})"}},
     R"({"timeout":"3s"})",
     {}},
};

INSTANTIATE_TEST_SUITE_P(Merge, Rule, ::testing::ValuesIn(kCases),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Merge, NullUnsets) {
  const Merged merged = merge_parts(
      kRoute,
      {{"a",
        R"({"name":"n","route":{"timeout":"1s","retryPolicy":{"numRetries":1}},"metadata":{"filterMetadata":{"k":{}}}})"},
       {"b",
        R"({"name":null,"route":{"timeout":null,"retryPolicy":{"numRetries":null}},"metadata":{"filterMetadata":{"k":null}}})",
        {},
        false}});
  EXPECT_EQ(json_of(kRoute, merged.bytes), R"({"route":{"retryPolicy":{}},"metadata":{}})");
  EXPECT_TRUE(merged.conflicts.empty());
}

TEST(Merge, ExplicitZerosOverrideWherePresenceIsNotKept) {
  const auto& redirect = type("envoy.config.route.v3.RedirectAction");
  // strip_query (6), response_code (3): set to true and FOUND, then to their zeros.
  const Merged merged = merge_parts(
      redirect.full_name(), {{"a", R"({"stripQuery":true,"responseCode":"FOUND","hostRedirect":"h"})"},
                             {"b", R"({"stripQuery":false,"responseCode":"MOVED_PERMANENTLY","hostRedirect":""})"}});
  EXPECT_EQ(merged.bytes, std::string("\x0a\x00\x18\x00\x30\x00", 6));
  EXPECT_EQ(conflicts_of(merged),
            (std::vector<std::string>{"host_redirect: a>b", "response_code: a>b", "strip_query: a>b"}));
}

TEST(Merge, TheCoreIsAParty) {  // the caller knows that the core's values are defaults; merge() only tells
  EXPECT_EQ(
      conflicts_of(merge_parts(kCluster, {{"", R"({"connectTimeout":"5s"})"}, {"a", R"({"connectTimeout":"1s"})"}})),
      (std::vector<std::string>{"connect_timeout: >a"}));
}

Fragment raw(std::string bytes, std::string plugin = "a") {
  Fragment out;
  out.slot = "route";
  out.bytes = std::move(bytes);
  out.origin.plugin = std::move(plugin);
  return out;
}

TEST(Merge, GivesOneFormWhateverTheInput) {
  const auto& policy = type("envoy.config.route.v3.RetryPolicy");
  // retriable_status_codes (7) unpacked and in two packed parts; retry_on (1) behind it and written twice, num_retries
  // (2) with an explicit zero inside and a long varint.
  const std::string loose("\x38\xf7\x03\x3a\x02\xf8\x03\x12\x02\x08\x00\x0a\x01x\x3a\x01\x01\x0a\x81\x00y", 21);
  const std::string tight("\x0a\x01y\x12\x00\x3a\x05\xf7\x03\xf8\x03\x01", 12);
  EXPECT_EQ(merge_all(policy, {raw(loose)}).bytes, tight);
  EXPECT_EQ(merge_all(policy, {raw(tight)}).bytes, tight);
}

TEST(Merge, JoinsAMessageThatIsWrittenInTwoParts) {
  // route (2) twice: cluster (1) x, then timeout (8) 1s.
  const std::string bytes("\x12\x03\x0a\x01x\x12\x04\x42\x02\x08\x01", 11);
  EXPECT_EQ(json_of(kRoute, merge_all(type(kRoute), {raw(bytes)}).bytes),
            R"({"route":{"cluster":"x","timeout":"1s"}})");
}

struct Bad {
  const char* name;
  Fragment fragment;
  const char* problem;
};

std::vector<Bad> bad_fragments() {
  Fragment wrong_type = raw("");
  wrong_type.type_url = "type.googleapis.com/envoy.config.route.v3.Route";
  Fragment json = raw(R"({"timeoutt":"1s"})");
  json.encoding = Encoding::kJson;
  const auto clears = [](const char* path) {
    Fragment out = raw("");
    out.clear = {path};
    return out;
  };
  return {
      {"OtherType", wrong_type, "it is a envoy.config.route.v3.Route, expected a envoy.config.route.v3.RouteAction"},
      {"Json", json,
       "/timeoutt: unknown field: envoy.config.route.v3.RouteAction has no such field; did you mean \"timeout\"?"},
      {"UnknownField", raw(std::string("\xb8\x3e\x00", 3)),
       "envoy.config.route.v3.RouteAction has no field number 999"},
      {"NestedUnknownField", raw(std::string("\x4a\x03\xb8\x3e\x00", 5)),
       "retry_policy: envoy.config.route.v3.RetryPolicy has no field number 999"},
      {"CutOff", raw("\x0a\x05x"), "field 1 is cut off"},
      {"NestedCutOff", raw("\x4a\x02\x0a\x05"), "retry_policy: field 1 is cut off"},
      {"WireType", raw(std::string("\x08\x00", 2)), "cluster has wire type 0, expected 2"},
      {"Group", raw("\x0b"), "field 1 has wire type 3, which no message of proto3 uses"},
      {"Utf8", raw("\x0a\x01\xff"), "cluster: the text is not UTF-8"},
      {"Duration", raw(std::string("\x42\x02\x0a\x00", 4)), "timeout: seconds has wire type 2, expected 0"},
      {"ClearUnknown", clears("timeoutt"),
       "clear \"timeoutt\": envoy.config.route.v3.RouteAction has no field \"timeoutt\""},
      {"ClearInLeaf", clears("timeout.seconds"),
       "clear \"timeout.seconds\": timeout is a Duration, which can only be cleared whole"},
      {"ClearInList", clears("hash_policy.header"),
       "clear \"hash_policy.header\": hash_policy is a list, which can only be cleared whole"},
      {"ClearInText", clears("cluster.x"), "clear \"cluster.x\": cluster has no fields of its own"},
      {"ClearEmpty", clears(""), "clear \"\": envoy.config.route.v3.RouteAction has no field \"\""},
      {"ClearBracket", clears("cluster[x]"), "clear \"cluster[x]\": expected a dot after cluster"},
  };
}

class BadOne : public ::testing::TestWithParam<Bad> {};

TEST_P(BadOne, IsLeftOutAndNamed) {
  const auto& action = type(kAction);
  const Merged merged = merge_all(action, {fragment(action, {"b", R"({"timeout":"1s"})"}), GetParam().fragment,
                                           fragment(action, {"c", R"({"prefixRewrite":"/"})"})});
  EXPECT_EQ(json_of(kAction, merged.bytes), R"({"prefixRewrite":"/","timeout":"1s"})");
  ASSERT_EQ(merged.bad.size(), 1u);
  EXPECT_EQ(merged.bad[0].problem, GetParam().problem);
  EXPECT_EQ(merged.bad[0].origin.plugin, "a");
  EXPECT_EQ(merged.bad[0].slot, "route");
}

INSTANTIATE_TEST_SUITE_P(Merge, BadOne, ::testing::ValuesIn(bad_fragments()),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Merge, HoldsAnAnyToItsRules) {
  // typed_config of a TypedExtensionConfig: a HeaderValue without its key, which Envoy would refuse.
  const Merged merged =
      merge_parts("envoy.config.core.v3.TypedExtensionConfig",
                  {{"a", R"({"typedConfig":{"@type":"type.googleapis.com/envoy.config.core.v3.HeaderValue"}})"}});
  ASSERT_EQ(merged.bad.size(), 1u);
  EXPECT_EQ(merged.bad[0].problem,
            "typed_config: [envoy.config.core.v3.HeaderValue].key: found \"\", expected a text that is not empty");
}

TEST(Merge, ReplacesALeafThatIsTheWholeMessage) {
  const Merged merged = merge_parts("google.protobuf.Duration", {{"a", "\"0.5s\""}, {"b", "\"1s\""}});
  EXPECT_EQ(json_of("google.protobuf.Duration", merged.bytes), "\"1s\"");
  // A value and no type URL.
  EXPECT_EQ(merge_all(type("google.protobuf.Any"), {raw("\x12\x01x")}).bad.size(), 1u);
}

TEST(Merge, TakesATypeUrlWithoutItsPrefix) {
  Fragment one = raw("");
  one.type_url = kAction;
  EXPECT_TRUE(merge_all(type(kAction), {one}).bad.empty());
}

}  // namespace
}  // namespace solder::engine::testing::merge_test
