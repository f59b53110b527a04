// What becomes of a Secret in Vault: Gloo's forms, values of people's, and what is neither.
#include "plugins/vault/secret_object.h"

#include <gmock/gmock.h>

namespace solder::plugins::vault {
namespace {

using sdk::Json;
using ::testing::HasSubstr;
using ::testing::Not;

Json made(const char* data, bool keep_on_disk = true) {
  const auto secret = make_secret(Json::parse(data), "ns", "s", keep_on_disk);
  EXPECT_EQ(secret.wrong, "");
  return Json::parse(secret.json);
}

TEST(SecretObject, ACertificateAsGlooWritesIt) {
  const Json secret = made(R"({"metadata":{"name":"s","namespace":"ns","labels":{"team":"a"}},
                              "tls":{"certChain":"C","privateKey":"K","rootCa":"R","ocspStaple":"T2s="}})");
  EXPECT_EQ(secret["type"], "kubernetes.io/tls");
  EXPECT_EQ(secret["stringData"], Json::parse(R"({"tls.crt":"C","tls.key":"K","ca.crt":"R"})"));
  EXPECT_EQ(secret["data"]["tls.ocsp-staple"], "T2s=");
  EXPECT_EQ(secret["metadata"]["labels"]["team"], "a");
  EXPECT_EQ(secret["metadata"]["name"], "s");
}

TEST(SecretObject, BothSpellings) {
  EXPECT_EQ(made(R"({"tls":{"cert_chain":"C","private_key":"K"}})")["stringData"]["tls.crt"], "C");
  EXPECT_EQ(made(R"({"api_key":{"api_key":"k"}})")["stringData"]["api-key"], "k");
  EXPECT_EQ(made(R"({"aws":{"access_key":"A","secret_key":"S"}})")["aws"]["secretKey"], "S");
}

TEST(SecretObject, ACaAloneIsNoCertificate) { EXPECT_EQ(made(R"({"tls":{"rootCa":"R"}})")["type"], "Opaque"); }

TEST(SecretObject, TheOtherForms) {
  EXPECT_EQ(made(R"({"aws":{"accessKey":"A","secretKey":"S","sessionToken":"T"}})")["aws"],
            Json::parse(R"({"accessKey":"A","secretKey":"S","sessionToken":"T"})"));
  EXPECT_EQ(made(R"({"azure":{"apiKeys":{"_master":"m","x":7}}})")["azure"]["apiKeys"],
            Json::parse(R"({"_master":"m"})"));
  EXPECT_EQ(made(R"({"oauth":{"clientSecret":"c"}})")["stringData"]["client-secret"], "c");
  EXPECT_EQ(made(R"({"apiKey":{"apiKey":"k","metadata":{"user":"u"}}})")["stringData"],
            Json::parse(R"({"api-key":"k","user":"u"})"));
  EXPECT_EQ(made(R"({"header":{"headers":{"x-a":"1"}}})")["stringData"]["x-a"], "1");
  EXPECT_EQ(made(R"({"encryption":{"key":"e"}})")["stringData"]["key"], "e");
  EXPECT_EQ(made(R"({"credentials":{"username":"u","password":"p"}})")["stringData"]["password"], "p");
}

TEST(SecretObject, ValuesUnderTheirNames) {
  EXPECT_EQ(made(R"({"tls.crt":"C","tls.key":"K"})")["type"], "kubernetes.io/tls");
  EXPECT_EQ(made(R"({"user":"u","tls":"a text of that name"})")["stringData"]["user"], "u");
}

TEST(SecretObject, ItStaysInMemoryUnlessItMayBeWritten) {
  const char* data = R"({"metadata":{"annotations":{"a":"b","solder.io/keep":"disk"}},"user":"u"})";
  EXPECT_EQ(made(data, false)["metadata"]["annotations"], Json::parse(R"({"a":"b","solder.io/keep":"memory"})"));
  EXPECT_EQ(made(data, true)["metadata"]["annotations"]["a"], "b");
}

TEST(SecretObject, WhatIsNoneIsSaidWithoutItsValues) {
  for (const char* data : {"null", "[]", "{}", R"({"metadata":{}})", R"({"n":7771})", R"({"n":{"deep":"7771"}})"}) {
    const auto secret = make_secret(Json::parse(data), "ns", "s", true);
    EXPECT_EQ(secret.json, "") << data;
    EXPECT_NE(secret.wrong, "") << data;
    EXPECT_THAT(secret.wrong, Not(HasSubstr("7771")));
  }
  const auto partly = make_secret(Json::parse(R"({"a":"b","n":7771})"), "ns", "s", true);
  EXPECT_THAT(partly.json, Not(HasSubstr("7771")));
  EXPECT_THAT(partly.wrong, HasSubstr("left out: n"));
}

TEST(SecretObject, BytesThatAreNoTextDoNotEndIt) {
  Json data;
  data["a"] = std::string("\xff\xfe");
  EXPECT_FALSE(make_secret(data, "ns", "s", true).json.empty());
}

TEST(SecretObject, KeysThatVaultMade) {
  const Json secret = Json::parse(make_aws_secret("A", "S", "", "ns", "keys", false));
  EXPECT_EQ(secret["aws"], Json::parse(R"({"accessKey":"A","secretKey":"S"})"));
  EXPECT_EQ(secret["metadata"]["annotations"]["solder.io/keep"], "memory");
  EXPECT_EQ(Json::parse(make_aws_secret("A", "S", "T", "ns", "keys", true))["aws"]["sessionToken"], "T");
}

}  // namespace
}  // namespace solder::plugins::vault
