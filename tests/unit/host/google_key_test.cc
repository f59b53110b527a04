// Service accounts' keys: assertions that OpenSSL finds right, and what is no key.
#include "core/host/services/google_key.h"

#include <gmock/gmock.h>

#include "core/base/base64.h"
#include "tests/unit/host/google_account.h"

namespace solder::host {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using std::chrono::system_clock;

std::string decoded(std::string part) {
  std::replace(part.begin(), part.end(), '-', '+');
  std::replace(part.begin(), part.end(), '_', '/');
  while (part.size() % 4 != 0) part += '=';
  return base::base64_decode(part).value_or("");
}

bool is_signed(const std::string& text, const std::string& signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, account_key()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

TEST(GoogleKey, AnAssertionSaysWhoAsksForWhatAndIsSigned) {
  const auto key = parse_google_key(account_json());
  ASSERT_TRUE(key.ok()) << key.status().message();
  const auto assertion =
      sign_assertion(*key, "target_audience", "https://hello", system_clock::time_point(seconds(1'800'000'000)));
  ASSERT_TRUE(assertion.ok()) << assertion.status().message();
  const size_t first = assertion->find('.'), last = assertion->rfind('.');
  EXPECT_EQ(json::parse(decoded(assertion->substr(0, first))),
            json({{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "key-1"}}));
  EXPECT_EQ(json::parse(decoded(assertion->substr(first + 1, last - first - 1))),
            json({{"iss", "caller@project"},
                  {"sub", "caller@project"},
                  {"aud", "https://token.example/here"},
                  {"iat", 1'800'000'000},
                  {"exp", 1'800'003'600},
                  {"target_audience", "https://hello"}}));
  EXPECT_TRUE(is_signed(assertion->substr(0, last), decoded(assertion->substr(last + 1))));
  EXPECT_FALSE(is_signed(assertion->substr(0, last) + "x", decoded(assertion->substr(last + 1))));
}

TEST(GoogleKey, WhereTokensAreAskedForByDefault) {
  auto account = json::parse(account_json());
  account.erase("token_uri");
  const auto key = parse_google_key(account.dump());
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->token_uri, "https://oauth2.googleapis.com/token");
}

TEST(GoogleKey, WhenATokenExpires) {
  const system_clock::time_point end(seconds(1'800'000'000)), never;
  EXPECT_EQ(expiry_of(id_token_until(end)), end);
  for (const char* text : {"", "a", "a.b", "a.b.c", "a.e30.c", "a.W10.c", "..", "a.eyJleHAiOiJ4In0.c",
                           "a.eyJleHAiOjFlMzAwfQ.c", "a.eyJleHAiOi0xfQ.c"})
    EXPECT_EQ(expiry_of(text), never) << text;
}

}  // namespace
}  // namespace solder::host
