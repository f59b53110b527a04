// Whose keys sign: a Secret's, the environment's, and those of roles, which are kept and renewed in time.
#include "core/host/services/aws_credentials.h"

#include <gmock/gmock.h>

#include <fstream>

namespace solder::host {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

const model::ObjectRef kRef{"Secret", "ns", "keys"};

class AwsCredentialsTest : public ::testing::Test {
 protected:
  static std::string sts_answer(const std::string& key, const std::string& expires) {
    return "<R><Credentials><AccessKeyId>" + key + "</AccessKeyId><SecretAccessKey>temporary</SecretAccessKey>" +
           "<SessionToken>session</SessionToken><Expiration>" + expires + "</Expiration></Credentials></R>";
  }
  // What was given; nothing while STS has not answered.
  void get(const AwsSource& source) {
    credentials.get(source, [this](const base::Result<AwsKeys>& keys) {
      given.push_back(keys.ok() ? keys->access_key + "/" + keys->secret_key + "/" + keys->session_token
                                : keys.status().message());
    });
  }
  void answer(const HttpAnswer& told) {
    auto done = std::exchange(waiting, nullptr);
    ASSERT_TRUE(done);
    done(told);
  }

  SecretBook secrets;
  std::map<std::string, std::string> environment;
  std::chrono::system_clock::time_point now = parse_utc("2026-11-28T09:00:00Z");
  std::vector<HttpRequest> sent;
  HttpClient::Done waiting;
  std::vector<std::string> given;
  AwsCredentials credentials{secrets,
                             [this](HttpRequest request, HttpClient::Done done) {
                               sent.push_back(std::move(request));
                               waiting = std::move(done);
                             },
                             [this](const char* name) { return environment[name]; }, [this] { return now; }};
};

TEST_F(AwsCredentialsTest, BothFormsOfASecret) {
  get({kRef});
  EXPECT_THAT(given.back(), HasSubstr("the Secret ns/keys is not there"));
  secrets.put(kRef, {{"aws_access_key_id", "A"}});
  get({kRef});
  EXPECT_THAT(given.back(), HasSubstr("has no aws_secret_access_key"));
  secrets.put(kRef, {{"aws_access_key_id", "A"}, {"aws_secret_access_key", "B"}});
  get({kRef});
  EXPECT_EQ(given.back(), "A/B/");
  secrets.put(kRef, {{"aws.accessKey", "C"}, {"aws.secretKey", "D"}, {"aws.sessionToken", "E"}});
  get({kRef});
  EXPECT_EQ(given.back(), "C/D/E");
  secrets.put(kRef, {{"aws_access_key_id", "A"}, {"aws_secret_access_key", "sesame\n"}});
  get({kRef});
  EXPECT_THAT(given.back(), HasSubstr("line break"));
  EXPECT_THAT(given.back(), Not(HasSubstr("sesame")));
}

TEST_F(AwsCredentialsTest, TheEnvironments) {
  get({});
  EXPECT_THAT(given.back(), HasSubstr("AWS_ACCESS_KEY_ID"));
  environment = {{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "B"}, {"AWS_SESSION_TOKEN", "C"}};
  get({});
  EXPECT_EQ(given.back(), "A/B/C");
}

TEST_F(AwsCredentialsTest, ARoleIsKeptAndRenewedInTime) {
  secrets.put(kRef, {{"aws_access_key_id", "A"}, {"aws_secret_access_key", "B"}});
  const AwsSource source{.secret = kRef, .region = "eu-west-1", .role_arn = "arn:aws:iam::1:role/x"};
  get(source);
  get(source);
  ASSERT_THAT(sent, SizeIs(1)) << "those that ask meanwhile wait for the same answer";
  EXPECT_EQ(sent[0].url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_THAT(sent[0].body, HasSubstr("Action=AssumeRole&"));
  EXPECT_THAT(sent[0].body, HasSubstr("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx"));
  EXPECT_EQ(sent[0].headers.back().first, "authorization");
  answer({.code = 200, .body = sts_answer("T", "2026-11-28T10:00:00Z")});
  EXPECT_THAT(given, ::testing::ElementsAre("T/temporary/session", "T/temporary/session"));
  now += std::chrono::minutes(54);
  get(source);
  EXPECT_THAT(sent, SizeIs(1));
  now += std::chrono::minutes(2);
  get(source);
  ASSERT_THAT(sent, SizeIs(2));
  answer({.status = base::unavailable("no")});
  EXPECT_EQ(given.back(), "T/temporary/session") << "good for some more minutes";
  now += std::chrono::minutes(10);
  get(source);
  answer(
      {.code = 403, .body = "<E><Code>AccessDenied</Code><Message>not you\nx-amz-security-token:sesame</Message></E>"});
  EXPECT_THAT(given.back(), ::testing::EndsWith("403 AccessDenied: not you"));
  secrets.put(kRef, {{"aws_access_key_id", "A"}, {"aws_secret_access_key", "other"}});
  get(source);
  answer({.code = 200, .body = sts_answer("U", "2026-11-28T11:00:00Z")});
  EXPECT_EQ(given.back(), "U/temporary/session");
}

TEST_F(AwsCredentialsTest, ATokensRoleAndThatOfTheEnvironmentBeforeAnother) {
  const std::string file = ::testing::TempDir() + "aws_credentials_token";
  std::ofstream(file) << "to/ken\n";
  environment = {{"AWS_WEB_IDENTITY_TOKEN_FILE", file}};
  AwsSource source{.region = "cn-north-1", .role_arn = "mine"};
  get(source);
  EXPECT_THAT(given.back(), HasSubstr("AWS_ROLE_ARN"));
  environment["AWS_ROLE_ARN"] = "first";
  get(source);
  EXPECT_EQ(sent.back().url, "https://sts.cn-north-1.amazonaws.com.cn/");
  EXPECT_THAT(sent.back().body, HasSubstr("RoleArn=first&WebIdentityToken=to%2Fken"));
  answer({.code = 200, .body = sts_answer("T", "2026-11-28T10:00:00Z")});
  EXPECT_THAT(sent.back().body, HasSubstr("Action=AssumeRole&"));
  answer({.code = 200, .body = sts_answer("U", "2026-11-28T10:00:00Z")});
  EXPECT_EQ(given.back(), "U/temporary/session");
  source.token_role = true;
  source.sts_endpoint = "http://127.0.0.1:1";
  get(source);
  EXPECT_EQ(sent.back().url, "http://127.0.0.1:1/");
  EXPECT_THAT(sent.back().body, HasSubstr("RoleArn=mine&WebIdentityToken"));
}

}  // namespace
}  // namespace solder::host
