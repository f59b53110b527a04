// Kubeconfigs: where the server is, where each secret stands, and what is refused in words for the operator.
#include "plugins/kubernetes/api_connection.h"

#include <gmock/gmock.h>

#include <stdexcept>

#include "plugins/kubernetes/watch_settings.h"

namespace solder::plugins::kubernetes {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json kubeconfig(const char* cluster, const char* user) {
  return {{"current-context", "b"},
          {"contexts",
           {{{"name", "a"}, {"context", {{"cluster", "no"}, {"user", "no"}}}},
            {{"name", "b"}, {"context", {{"cluster", "c"}, {"user", "u"}}}}}},
          {"clusters", {{{"name", "c"}, {"cluster", json::parse(cluster)}}}},
          {"users", {{{"name", "other"}, {"user", json::object()}}, {{"name", "u"}, {"user", json::parse(user)}}}}};
}

std::string refusal(const json& document, const std::string& context = "", bool allow_insecure = false) {
  try {
    from_kubeconfig("/etc/k", document, context, allow_insecure);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(Kubeconfig, SecretsAreNamedByTheirPlaces) {
  const auto found = from_kubeconfig(
      "/etc/k/config",
      kubeconfig(R"j({"server":"https://10.0.0.1:6443/","certificate-authority-data":"(hidden)"})j",
                 R"j({"client-certificate-data":"(hidden)","client-key":"keys/client.key","tokenFile":"/run/token"})j"),
      "", false);
  EXPECT_EQ(found.server, "https://10.0.0.1:6443");
  EXPECT_EQ(found.ca.path, "/etc/k/config");
  EXPECT_EQ(found.ca.pointer, "/clusters/0/cluster/certificate-authority-data");
  EXPECT_TRUE(found.ca.base64);
  EXPECT_EQ(found.certificate.pointer, "/users/1/user/client-certificate-data");
  EXPECT_EQ(found.key.path, "/etc/k/keys/client.key");
  EXPECT_EQ(found.key.pointer, "");
  EXPECT_EQ(found.token.path, "/run/token");
  EXPECT_FALSE(found.unverified);
}

TEST(Kubeconfig, WhatIsWrongIsSaid) {
  EXPECT_THAT(refusal(kubeconfig(R"j({"server":"http://a"})j", "{}")), HasSubstr("no https:// URL"));
  EXPECT_THAT(refusal(kubeconfig(R"j({"server":"https://a"})j", R"j({"auth-provider":{}})j")),
              HasSubstr("auth-provider is not supported"));
  EXPECT_THAT(refusal(kubeconfig(R"j({"server":"https://a","proxy-url":"x"})j", "{}")), HasSubstr("proxy-url"));
  EXPECT_THAT(refusal(kubeconfig(R"j({"server":"https://a"})j", "{}"), "missing"),
              HasSubstr("no entry \"missing\" in contexts"));
  EXPECT_THAT(refusal(kubeconfig(R"j({"server":"https://a"})j", "{}"), "a"), HasSubstr("no entry \"no\" in clusters"));
  EXPECT_THAT(refusal(json::object()), HasSubstr("no current-context"));
  EXPECT_THAT(refusal(json::array()), HasSubstr("no map"));
}

TEST(Kubeconfig, NobodyIsBelievedUnverifiedUnlessTheOperatorSaysSo) {
  const json document = kubeconfig(R"j({"server":"https://a","insecure-skip-tls-verify":true})j", "{}");
  EXPECT_THAT(refusal(document), HasSubstr("allowInsecure"));
  EXPECT_EQ(refusal(document, "", true), "");
  EXPECT_TRUE(from_kubeconfig("k", document, "", true).unverified);
}

TEST(InCluster, TheServiceAccountOfThePod) {
  const auto found = in_cluster("fd00::1", "443", "/run/sa");
  EXPECT_EQ(found.server, "https://[fd00::1]:443");
  EXPECT_EQ(found.token.path, "/run/sa/token");
  EXPECT_EQ(found.ca.path, "/run/sa/ca.crt");
  EXPECT_EQ(in_cluster("10.0.0.1", "443", "").server, "https://10.0.0.1:443");
  EXPECT_THROW(in_cluster(nullptr, "443", ""), std::runtime_error);
}

TEST(WatchSettings, OneWayToTheServer) {
  EXPECT_THROW(read_watch_settings(json::object()), std::invalid_argument);
  EXPECT_THROW(read_watch_settings({{"kubeconfig", "k"}, {"inCluster", true}}), std::invalid_argument);
  EXPECT_THROW(read_watch_settings({{"kubeconfig", "k"}, {"unknown", 1}}), std::invalid_argument);
  EXPECT_THROW(read_watch_settings({{"kubeconfig", "k"}, {"namespaces", {1}}}), std::invalid_argument);
  const auto read = read_watch_settings(
      {{"kubeconfig", "k"}, {"namespaces", {"a"}}, {"skipKinds", {"Pod"}}, {"writeStatuses", false}});
  EXPECT_TRUE(read.on);
  EXPECT_FALSE(read.statuses);
  EXPECT_EQ(read.skip.count("Pod"), 1U);
}

TEST(Kubeconfig, AProgramIsKnownWithAllThatItIsTold) {
  const auto found = from_kubeconfig(
      "/etc/k/config",
      kubeconfig(R"j({"server":"https://a","certificate-authority-data":"Y2E="})j",
                 R"j({"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"./token","args":["get"],
                      "env":[{"name":"A","value":"b"}],"interactiveMode":"IfAvailable","provideClusterInfo":true}})j"),
      "", false);
  ASSERT_TRUE(found.exec);
  EXPECT_EQ(found.exec->command, "/etc/k/./token");
  EXPECT_EQ(found.exec->arguments, std::vector<std::string>{"get"});
  EXPECT_EQ(found.exec->environment, (std::vector<std::pair<std::string, std::string>>{{"A", "b"}}));
  EXPECT_EQ(found.exec->cluster, json::parse(R"({"server":"https://a","certificate-authority-data":"Y2E="})"));
}

TEST(Kubeconfig, AProgramThatCannotBeRunHereIsRefused) {
  const char* cluster = R"j({"server":"https://a"})j";
  EXPECT_THAT(refusal(kubeconfig(cluster, R"j({"exec":{"apiVersion":"client.authentication.k8s.io/v1"}})j")),
              HasSubstr("exec has no command"));
  EXPECT_THAT(refusal(kubeconfig(cluster, R"j({"exec":{"apiVersion":"v1alpha1","command":"a"}})j")),
              HasSubstr("right is client.authentication.k8s.io/v1 or v1beta1"));
  EXPECT_THAT(refusal(kubeconfig(cluster, R"j({"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"a",
                                               "interactiveMode":"Always"}})j")),
              HasSubstr("there is nobody here"));
}

}  // namespace
}  // namespace solder::plugins::kubernetes
