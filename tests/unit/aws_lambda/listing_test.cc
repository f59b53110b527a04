// Answers of Lambda's API: right ones, wrong ones, and how long to wait after those.
#include "plugins/aws_lambda/listing.h"

#include <gmock/gmock.h>

namespace solder::plugins::aws_lambda {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Listing, FunctionsWithTheirVersionsAndTheWayOn) {
  const auto page = parse_functions(
      R"({"Functions": [{"FunctionName": "a", "Version": "$LATEST", "More": 1}, {"FunctionName": "a", "Version": "7"}],
          "NextMarker": "m"})");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->functions, ElementsAre(Pair("a", "$LATEST"), Pair("a", "7")));
  EXPECT_EQ(page->next_marker, "m");
  EXPECT_EQ(parse_functions(R"({"Functions": [], "NextMarker": null})")->next_marker, "");
}

TEST(Listing, WhatIsNoAnswerOfLambdas) {
  for (const char* body : {"", "<html>", "[]", "{}", R"({"Functions": {}})", R"({"Functions": [1]})",
                           R"({"Functions": [{"Version": "1"}]})", R"({"Functions": [{"FunctionName": "a\r\nb"}]})",
                           R"({"Functions": [{"FunctionName": 5}]})"}) {
    EXPECT_FALSE(parse_functions(body)) << body;
  }
  EXPECT_FALSE(parse_aliases("{}"));
  EXPECT_FALSE(parse_aliases(R"({"Aliases": [{}]})"));
  EXPECT_THAT(parse_aliases(R"({"Aliases": [{"Name": "prod"}]})")->names, ElementsAre("prod"));
}

TEST(Listing, ErrorsByTheirNames) {
  auto error = parse_error("TooManyRequestsException:http://internal/", R"({"Message": "slow down"})");
  EXPECT_EQ(error.type, "TooManyRequestsException");
  EXPECT_EQ(error.message, "slow down");
  EXPECT_TRUE(is_passing(400, error));
  error = parse_error("", R"({"__type": "ThrottlingException", "message": "Rate exceeded"})");
  EXPECT_TRUE(is_passing(400, error));
  EXPECT_FALSE(is_passing(403, parse_error("InvalidSignatureException", "garbage")));
  error =
      parse_error("InvalidSignatureException", R"({"message": "It does not match.\n\nx-amz-security-token:sesame"})");
  EXPECT_EQ(error.message, "It does not match.") << "what AWS repeats of the request has secrets in it";
  EXPECT_TRUE(is_passing(429, parse_error("", "")));
  EXPECT_TRUE(is_passing(503, parse_error("", "<html>")));
}

TEST(Listing, NamesAreGloos) {
  EXPECT_EQ(items_json({{"b", "$LATEST"}, {"a", "2"}, {"a", "$LATEST"}, {"a", "prod"}}),
            R"([{"lambdaFunctionName":"a","logicalName":"a","qualifier":"$LATEST"},)"
            R"({"lambdaFunctionName":"a","logicalName":"a:2","qualifier":"2"},)"
            R"({"lambdaFunctionName":"a","logicalName":"a:prod","qualifier":"prod"},)"
            R"({"lambdaFunctionName":"b","logicalName":"b","qualifier":"$LATEST"}])");
  EXPECT_EQ(items_json({}), "[]");
}

}  // namespace
}  // namespace solder::plugins::aws_lambda
