// Signatures of Amazon's published test suite (aws4_testsuite): the examples get-vanilla, query-order and post.
#include "core/host/services/sigv4.h"

#include <gmock/gmock.h>

namespace solder::host {
namespace {

using ::testing::HasSubstr;

const AwsKeys kKeys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};

std::string header(const HttpRequest& request, const std::string& name) {
  for (const auto& [found, value] : request.headers) {
    if (found == name) return value;
  }
  return "";
}

std::string signature(HttpRequest request, const AwsKeys& keys = kKeys, const std::string& service = "service") {
  sign_v4(request, keys, service, "us-east-1", parse_utc("2015-08-30T12:36:00Z"));
  const std::string authorization = header(request, "authorization");
  return authorization.substr(authorization.find("Signature=") + 10);
}

TEST(SigV4, AmazonsExamples) {
  HttpRequest request{.url = "https://example.amazonaws.com/"};
  EXPECT_EQ(signature(request), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  request.method = "POST";
  EXPECT_EQ(signature(request), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
  request = {.url = "https://example.amazonaws.com/?Param2=value2&Param1=value1"};
  EXPECT_EQ(signature(request), "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
}

TEST(SigV4, WhatIsTheSameToAmazonIsSignedTheSame) {
  const std::string plain = signature({.url = "https://example.amazonaws.com/"});
  EXPECT_EQ(signature({.url = "https://example.amazonaws.com"}), plain);
  EXPECT_EQ(signature({.url = "https://example.amazonaws.com:443/"}), plain);
  EXPECT_NE(signature({.url = "https://example.amazonaws.com:444/"}), plain);
  EXPECT_EQ(signature({.url = "https://a/?x=%2f%7e"}), signature({.url = "https://a/?x=/~"}));
  EXPECT_NE(signature({.url = "https://a/%2f"}), signature({.url = "https://a//"}));
  EXPECT_EQ(signature({.url = "https://a/", .headers = {{"x-b", " 1   2 "}}}),
            signature({.url = "https://a/", .headers = {{"X-B", "1 2"}}}));
}

TEST(SigV4, WhatIsSignedIsNamed) {
  HttpRequest request{.url = "https://a/", .headers = {{"x-amz-one", "1"}}};
  sign_v4(request, {"AKID", "secret", "token"}, "lambda", "eu-west-1", parse_utc("2026-11-28T09:08:07Z"));
  EXPECT_EQ(header(request, "x-amz-date"), "20261128T090807Z");
  EXPECT_EQ(header(request, "x-amz-security-token"), "token");
  EXPECT_THAT(header(request, "authorization"),
              HasSubstr("AWS4-HMAC-SHA256 Credential=AKID/20261128/eu-west-1/lambda/aws4_request, "
                        "SignedHeaders=host;x-amz-date;x-amz-one;x-amz-security-token, Signature="));
  EXPECT_THAT(header(request, "authorization"), ::testing::Not(HasSubstr("secret,")));
}

TEST(SigV4, TimesThatCannotBeRead) {
  EXPECT_EQ(parse_utc("soon"), std::chrono::system_clock::time_point());
  EXPECT_EQ(std::chrono::system_clock::to_time_t(parse_utc("1970-01-02T00:00:01.5Z")), 86401);
}

}  // namespace
}  // namespace solder::host
