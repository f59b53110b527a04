// Google's tokens: what is asked for and how, what is kept, and what is refused.
#include "core/host/services/google_credentials.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/host/services/google_key.h"
#include "solder/sdk/base64.hpp"
#include "tests/unit/host/google_account.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::string from_base64url(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.resize((text.size() + 3) / 4 * 4, '=');
  return sdk::decode_base64(text).value_or("");
}

class GoogleCredentialsTest : public ::testing::Test {
 protected:
  void get(const GoogleSource& source) {
    credentials.get(source, [this](const base::Result<GoogleToken>& token) {
      given.push_back(token.ok() ? token->text : token.status().message());
    });
  }
  void answer(const HttpAnswer& told) {
    auto done = std::exchange(waiting, nullptr);
    ASSERT_TRUE(done);
    done(told);
  }
  [[nodiscard]] std::string id_token(std::chrono::seconds lifetime) const { return id_token_until(now + lifetime); }

  std::map<std::string, std::string> environment;
  std::chrono::system_clock::time_point now{std::chrono::seconds(1'800'000'000)};
  std::vector<HttpRequest> sent;
  HttpClient::Done waiting;
  std::vector<std::string> given;
  GoogleCredentials credentials{[this](HttpRequest request, HttpClient::Done done) {
                                  sent.push_back(std::move(request));
                                  waiting = std::move(done);
                                },
                                [this](const char* name) { return environment[name]; }, [this] { return now; }};
};

TEST_F(GoogleCredentialsTest, AnIdTokenByAKeyIsKeptAndRenewedInTime) {
  const GoogleSource source{.key_json = account_json(), .audience = "https://hello"};
  get(source);
  get(source);
  ASSERT_THAT(sent, SizeIs(1)) << "those that ask meanwhile wait for the same answer";
  EXPECT_EQ(sent[0].method + " " + sent[0].url, "POST https://token.example/here");
  EXPECT_THAT(sent[0].body,
              HasSubstr("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=eyJ"));
  const std::string token = id_token(std::chrono::hours(1));
  answer({.code = 200, .body = R"({"id_token": ")" + token + "\"}"});
  EXPECT_THAT(given, ::testing::ElementsAre(token, token));
  now += std::chrono::minutes(54);
  get(source);
  EXPECT_THAT(sent, SizeIs(1));
  now += std::chrono::minutes(2);
  get(source);
  EXPECT_THAT(sent, SizeIs(2));
}

TEST_F(GoogleCredentialsTest, TheMachinesTokens) {
  get({.audience = "https://hello/x?y"});
  EXPECT_EQ(sent.back().url,
            "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/"
            "identity?format=full&audience=https%3A%2F%2Fhello%2Fx%3Fy");
  EXPECT_THAT(sent.back().headers, ::testing::ElementsAre(::testing::Pair("metadata-flavor", "Google")));
  const std::string token = id_token(std::chrono::hours(1));
  answer({.code = 200, .body = token + "\n"});
  EXPECT_EQ(given.back(), token);
  environment["GCE_METADATA_HOST"] = "127.0.0.1:80";
  get({.scope = "everything"});
  EXPECT_THAT(sent.back().url, HasSubstr("http://127.0.0.1:80/"));
  EXPECT_THAT(sent.back().url, ::testing::EndsWith("/token?scopes=everything"));
  answer({.code = 200, .body = R"({"access_token": "a", "expires_in": 3599})"});
  EXPECT_EQ(given.back(), "a");
}

TEST_F(GoogleCredentialsTest, RefusalsInGooglesWordsAndWithoutSecrets) {
  const GoogleSource source{.key_json = account_json(), .audience = "https://hello"};
  const std::pair<HttpAnswer, const char*> cases[] = {
      {{.status = base::unavailable("cannot connect")}, "cannot connect"},
      {{.code = 400, .body = R"({"error": "invalid_grant", "error_description": "Invalid JWT Signature."})"},
       "400 invalid_grant: Invalid JWT Signature."},
      {{.code = 503, .body = "garbage sesame"}, "503"},
      {{.code = 200, .body = R"({"id_token": "no token"})"}, "no token"},
      {{.code = 200, .body = R"({"id_token": "notoken"})"}, "no ID token"},
      {{.code = 200, .body = "[]"}, "no token"},
      {{.code = 200, .body = R"({"id_token": ")" + id_token(std::chrono::seconds(-1)) + "\"}"}, "has expired"},
  };
  for (const auto& [told, words] : cases) {
    get(source);
    answer(told);
    EXPECT_THAT(given.back(), HasSubstr(words));
    EXPECT_THAT(given.back(), Not(HasSubstr("sesame")));
  }
}

// now is Friday, 15 January 2027, 08:00:00 GMT.
TEST_F(GoogleCredentialsTest, TheClockOfTheServerCounts) {
  const GoogleSource source{.key_json = account_json(), .audience = "https://hello"};
  get(source);
  answer(
      {.code = 400, .headers = {{"date", "Fri, 15 Jan 2027 10:00:00 GMT"}}, .body = R"({"error": "invalid_grant"})"});
  EXPECT_THAT(given.back(), HasSubstr("the clock of this machine is 7200 s behind the server's"));
  get(source);
  const std::string assertion = sent.back().body.substr(sent.back().body.find("assertion=") + 10);
  const size_t first = assertion.find('.') + 1;
  const auto claims =
      nlohmann::json::parse(from_base64url(assertion.substr(first, assertion.find('.', first) - first)));
  EXPECT_EQ(claims["iat"], 1'800'007'200);
  // An hour by the server's clock is an hour here.
  const std::string token = id_token(std::chrono::hours(3));
  answer({.code = 200,
          .headers = {{"date", "Fri, 15 Jan 2027 10:00:00 GMT"}},
          .body = R"({"id_token": ")" + token + "\"}"});
  EXPECT_EQ(given.back(), token);
  now += std::chrono::minutes(54);
  get(source);
  EXPECT_THAT(sent, SizeIs(2));
  now += std::chrono::minutes(2);
  get(source);
  EXPECT_THAT(sent, SizeIs(3)) << "and is renewed within it";
  // Some seconds are how long an answer takes.
  answer({.code = 400, .headers = {{"date", "Fri, 15 Jan 2027 08:56:07 GMT"}}, .body = "{}"});
  EXPECT_THAT(given.back(), Not(HasSubstr("clock")));
}

TEST_F(GoogleCredentialsTest, AKeyThatCannotBeUsedAsksNobody) {
  for (const char* key : {"sesame", "{}", R"({"type": "authorized_user", "client_email": "sesame"})",
                          R"({"type": "service_account"})", R"({"type": "service_account", "client_email": "a"})",
                          R"({"type": "service_account", "client_email": "a", "private_key": "sesame"})"}) {
    get({.key_json = key, .audience = "https://hello"});
    EXPECT_THAT(given.back(), Not(HasSubstr("sesame")));
  }
  auto account = nlohmann::json::parse(account_json());
  account["token_uri"] = "file:///etc/passwd";
  get({.key_json = account.dump(), .audience = "https://hello"});
  EXPECT_THAT(given, SizeIs(7));
  EXPECT_THAT(sent, SizeIs(0));
}

}  // namespace
}  // namespace solder::host
