#include "core/config/option_merge.h"

#include <gtest/gtest.h>

namespace solder::config {
namespace {

TEST(OptionMerge, NearerOptionsWinKeyByKey) {
  EXPECT_EQ(merge_options(R"({"timeout":"1s"})", R"({"timeout":"9s","retries":{"retryOn":"5xx"}})"),
            R"({"retries":{"retryOn":"5xx"},"timeout":"1s"})");
  EXPECT_EQ(merge_options("{}", R"({"a":{"b":1}})"), R"({"a":{"b":1}})");
  EXPECT_EQ(merge_options(R"({"a":{"b":1}})", R"({"a":{"c":2}})"), R"({"a":{"b":1}})") << "values are not mixed";
  EXPECT_EQ(merge_options(R"({"a":1})", "null"), R"({"a":1})");
}

TEST(OptionMerge, OneOfAChoiceStandsForAllOfIt) {
  EXPECT_EQ(merge_options(R"({"hostRewrite":"x"})", R"({"autoHostRewrite":true})"), R"({"hostRewrite":"x"})");
  EXPECT_EQ(merge_options(R"({"jwt":{}})", R"({"jwtStaged":{},"timeout":"1s"})"), R"({"jwt":{},"timeout":"1s"})");
}

TEST(OptionMerge, DecodedOptionsStaySorted) {
  const model::OptionSet own{{{"timeout", "/o/timeout", "\"1s\""}}, R"({"timeout":"1s"})"};
  const auto merged = merge_options(own, R"({"retries":{},"timeout":"2s"})", "/refs");
  ASSERT_EQ(merged.values.size(), 2);
  EXPECT_EQ(merged.values[0].key, "retries");
  EXPECT_EQ(merged.values[0].path, "/refs");
  EXPECT_EQ(merged.values[1].json, "\"1s\"");
  EXPECT_EQ(merged.json, R"({"retries":{},"timeout":"1s"})");
}

TEST(OptionMerge, TransformationsAreInheritedWhereTheRouteSaysSo) {
  const std::string above =
      R"({"stagedTransformations":{"early":{"requestTransforms":[1]},"postRouting":{"requestTransforms":[4]},"regular":{"requestTransforms":[2],"responseTransforms":[3]}}})";
  const std::string deaf = R"({"stagedTransformations":{"regular":{"requestTransforms":[9]}}})";
  EXPECT_EQ(inherit_transformations(deaf, above), deaf);
  EXPECT_EQ(
      inherit_transformations(
          R"({"stagedTransformations":{"inheritTransformation":true,"regular":{"requestTransforms":[9]}}})", above),
      R"({"stagedTransformations":{"early":{"requestTransforms":[1]},"inheritTransformation":true,"postRouting":{"requestTransforms":[4]},"regular":{"requestTransforms":[9,2],"responseTransforms":[3]}}})");
  EXPECT_EQ(inherit_transformations("{}", above), "{}");
}

TEST(OptionMerge, ExposedHeadersOfCorsAreJoinedWhereTheVirtualHostSaysSo) {
  const std::string host =
      R"({"cors":{"exposeHeaders":["a","b"]},"corsPolicyMergeSettings":{"exposeHeaders":"UNION"}})";
  EXPECT_TRUE(joins_cors(host));
  EXPECT_FALSE(joins_cors(R"({"cors":{"exposeHeaders":["a"]},"corsPolicyMergeSettings":{"exposeHeaders":"DEFAULT"}})"));
  EXPECT_FALSE(joins_cors(R"({"cors":{"exposeHeaders":["corsPolicyMergeSettings"]}})"));
  EXPECT_EQ(join_cors(R"({"cors":{"allowOrigin":["x"],"exposeHeaders":["c","a"]}})", host),
            R"({"cors":{"allowOrigin":["x"],"exposeHeaders":["a","b","c"]}})");
  EXPECT_EQ(join_cors(R"({"timeout":"1s"})", host), R"({"timeout":"1s"})") << "no policy of its own: the host's holds";
}

}  // namespace
}  // namespace solder::config
