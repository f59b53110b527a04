// What is sent to Vault to log in as somebody of AWS's: signed as Solder signs its own requests to AWS.
#include "plugins/vault/aws_login.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "core/host/services/sigv4.h"
#include "solder/sdk/base64.hpp"

namespace solder::plugins::vault {
namespace {

using sdk::Json;

constexpr std::time_t kNow = 1700000000;

std::string plain(const Json& body, const char* name) {
  return sdk::decode_base64(body.at(name).get_ref<const std::string&>()).value_or("");
}

// As the host signs the same request.
std::string signature(const std::string& url, const std::string& region, const AwsIdentity& keys, bool with_id) {
  host::HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.body = "Action=GetCallerIdentity&Version=2011-06-15";
  request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
  if (with_id) request.headers.emplace_back("x-vault-aws-iam-server-id", "vault.example.com");
  host::sign_v4(request, {keys.access_key, keys.secret_key, keys.session_token}, "sts", region,
                std::chrono::system_clock::from_time_t(kNow));
  return std::find_if(request.headers.begin(), request.headers.end(),
                      [](const auto& each) { return each.first == "authorization"; })
      ->second;
}

TEST(AwsLogin, TheGlobalSts) {
  SourceSettings settings;
  const Json body = Json::parse(aws_login_body(settings, {"AKID", "secret", ""}, kNow));
  EXPECT_EQ(plain(body, "iam_request_url"), "https://sts.amazonaws.com/");
  EXPECT_EQ(body["iam_http_request_method"], "POST");
  EXPECT_FALSE(body.contains("role"));
  const Json headers = Json::parse(plain(body, "iam_request_headers"));
  EXPECT_EQ(headers["authorization"][0],
            signature("https://sts.amazonaws.com/", "us-east-1", {"AKID", "secret", ""}, false));
  EXPECT_FALSE(headers.contains("x-amz-security-token"));
}

TEST(AwsLogin, ARegionATokenAndTheServersName) {
  SourceSettings settings;
  settings.region = "eu-west-1";
  settings.role = "dev";
  settings.server_id = "vault.example.com";
  const AwsIdentity keys{"AKID", "secret", "session"};
  const Json body = Json::parse(aws_login_body(settings, keys, kNow));
  EXPECT_EQ(body["role"], "dev");
  const Json headers = Json::parse(plain(body, "iam_request_headers"));
  EXPECT_EQ(headers["authorization"][0], signature("https://sts.eu-west-1.amazonaws.com/", "eu-west-1", keys, true));
  EXPECT_EQ(headers["x-amz-security-token"][0], "session");
}

TEST(AwsLogin, WithoutKeysThereIsNone) {
  ::unsetenv("AWS_ACCESS_KEY_ID");
  EXPECT_THROW(aws_login_body(SourceSettings()), std::runtime_error);
}

}  // namespace
}  // namespace solder::plugins::vault
