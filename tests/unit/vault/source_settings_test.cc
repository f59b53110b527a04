// Which Vaults are read, by Settings and configuration; the fields' own checks stand in plugins/vault/testdata.
#include "plugins/vault/source_settings.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace solder::plugins::vault {
namespace {

using sdk::Json;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> addresses(const char* spec, const char* config = "null") {
  std::vector<std::string> out;
  for (const auto& each : read_sources(Json::parse(spec), Json::parse(config)).all) out.push_back(each.address);
  return out;
}

TEST(SourceSettings, NoneWithoutSettings) {
  EXPECT_THAT(read_sources(sdk::parse_json(""), Json()).all, IsEmpty());
  EXPECT_THAT(addresses(R"({"kubernetesSecretSource":{}})"), IsEmpty());
}

TEST(SourceSettings, OneAndItsDefaults) {
  const auto all =
      read_sources(Json::parse(R"({"vaultSecretSource":{"address":"https://v:8200/","accessToken":"t"}})"), Json());
  ASSERT_EQ(all.all.size(), 1U);
  const auto& source = all.all[0];
  EXPECT_EQ(source.address, "https://v:8200");
  EXPECT_EQ(source.prefix, "secret");
  EXPECT_EQ(source.root, "gloo");
  EXPECT_EQ(source.token.text, "t");
  EXPECT_EQ(all.period, milliseconds(10000));
}

TEST(SourceSettings, SecretOptionsTakeThePlaceOfTheOther) {
  EXPECT_THAT(addresses(R"({"vaultSecretSource":{"address":"http://old","token":"t"},
                            "secretOptions":{"sources":[{"kubernetes":{}},{"vault":{"address":"http://b","token":"t"}},
                                                        {"vault":{"address":"http://a","token":"t"}}]}})"),
              ElementsAre("http://a", "http://b"))
      << "in Gloo's order";
}

TEST(SourceSettings, TheConfigurationHasMoreOfThem) {
  EXPECT_THAT(addresses(R"({"vaultSecretSource":{"address":"http://b","token":"t"}})",
                        R"({"sources":[{"address":"http://c","tokenFile":"/t"},{"address":"http://a","token":"t"}]})"),
              ElementsAre("http://a", "http://b", "http://c"));
}

TEST(SourceSettings, WhatCannotBeUsedIsLeftOut) {
  EXPECT_THAT(addresses(R"({"secretOptions":{"sources":[{"vault":{"address":"vault:8200","token":"t"}},7,{"vault":8},
                            {"vault":{"address":"http://good","token":"t"}},{"vault":{"address":"http://nobody"}}]}})"),
              ElementsAre("http://good"));
  EXPECT_THAT(addresses(R"({"secretOptions":{"sources":{}}})"), IsEmpty());
  EXPECT_THAT(addresses(R"({"vaultSecretSource":{"address":7,"token":[]}})"), IsEmpty());
}

TEST(SourceSettings, ThePeriodIsRefreshRateUnlessTheConfigurationSaysAnother) {
  EXPECT_EQ(read_sources(Json::parse(R"({"refreshRate":"1.5s"})"), Json()).period, milliseconds(1500));
  EXPECT_EQ(read_sources(Json::parse(R"({"refreshRate":"15s"})"), Json::parse(R"({"pollSeconds":0.5})")).period,
            milliseconds(500));
  EXPECT_EQ(read_sources(Json::parse(R"({"refreshRate":"0s"})"), Json()).period, milliseconds(100)) << "at least";
}

TEST(SourceSettings, MethodsOfLoggingIn) {
  std::vector<FieldProblem> problems;
  const auto role =
      read_source(Json::parse(R"({"address":"http://v","appRole":{"roleId":"r","secretIdFile":"/s"}})"), "", problems);
  EXPECT_EQ(role.method, Method::kAppRole);
  EXPECT_EQ(role.mount, "approle");
  EXPECT_EQ(role.secret_id.file, "/s");
  const auto account =
      read_source(Json::parse(R"({"address":"http://v","kubernetes":{"role":"r","mountPath":"/k8s/"}})"), "", problems);
  EXPECT_EQ(account.mount, "k8s");
  EXPECT_THAT(account.token.file, HasSubstr("serviceaccount/token"));
  const auto aws =
      read_source(Json::parse(R"({"address":"http://v","aws":{"vaultRole":"r","region":"eu-west-1"}})"), "", problems);
  EXPECT_EQ(aws.method, Method::kAws);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(SourceSettings, TheOlderPlacesOfTls) {
  std::vector<FieldProblem> problems;
  const auto old = read_source(Json::parse(R"({"address":"https://v","token":"t","caCert":"/old"})"), "", problems);
  EXPECT_EQ(old.tls.ca, "/old");
  const auto both =
      read_source(Json::parse(R"({"address":"https://v","token":"t","caCert":"/old","tlsConfig":{"caCert":"/new"}})"),
                  "", problems);
  EXPECT_EQ(both.tls.ca, "/new");
}

TEST(SourceSettings, AConfigurationThatCannotBeReadSaysWhatWouldBeRight) {
  for (const char* config : {R"({"poll":1})", R"({"pollSeconds":0})", R"({"pollSeconds":"1"})", R"({"sources":{}})",
                             R"({"sources":[7]})", R"({"sources":[{"token":"t"}]})", R"({"keepOnDisk":1})",
                             R"({"sources":[{"address":"http://v","tokn":"t"}]})"}) {
    EXPECT_THROW(check_config(Json::parse(config)), std::invalid_argument) << config;
  }
  check_config(Json());
  check_config(Json::parse(R"({"pollSeconds":1,"keepOnDisk":true,"sources":[{"address":"http://v","token":"t"}]})"));
}

}  // namespace
}  // namespace solder::plugins::vault
