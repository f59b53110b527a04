// Where a service is asked for its document, as its upstream says.
#include "plugins/openapi/target.h"

#include <gtest/gtest.h>

namespace solder::plugins::openapi::target_test {
namespace {

Target of(const char* type, const std::string& spec) {
  return target_of(type, sdk::Json::parse(spec), "cluster.local");
}

std::string bases(const Target& target) {
  std::string out;
  for (const Url& base : target.bases) out += base.text() + " ";
  return out;
}

TEST(Target, HostsOfAStaticUpstream) {
  EXPECT_EQ(
      "http://10.0.0.1:80/ http://b:8080/ ",
      bases(of("static", R"({"static": {"hosts": [{"addr": "10.0.0.1", "port": 80}, {"addr": "b", "port": 8080}]}})")));
  EXPECT_EQ("https://a:443/ ", bases(of("static", R"({"static": {"hosts": [{"addr": "a", "port": 443}]}})")));
  EXPECT_EQ("http://a:443/ ",
            bases(of("static", R"({"static": {"useTls": false, "hosts": [{"addr": "a", "port": 443}]}})")));
  EXPECT_EQ("https://[::1]:81/ ",
            bases(of("static", R"({"static": {"useTls": true, "hosts": [{"addr": "::1", "port": 81}]}})")));
  const auto target = of(
      "static",
      R"({"sslConfig": {"secretRef": {"name": "s", "namespace": "n"}}, "static": {"hosts": [{"addr": "a", "port": 81}]}})");
  EXPECT_EQ("https://a:81/ ", bases(target));
  EXPECT_EQ("n/s", target.secret_ns + "/" + target.secret_name);
}

TEST(Target, AServiceOfKubernetes) {
  EXPECT_EQ("http://pets.shop.svc.cluster.local:8080/ ",
            bases(of("kube", R"({"kube": {"serviceName": "pets", "serviceNamespace": "shop", "servicePort": 8080}})")));
  EXPECT_EQ("", bases(of("kube", R"({"kube": {"serviceName": "pets"}})")));
}

TEST(Target, OtherTypesHaveNone) { EXPECT_EQ("", bases(of("pipe", R"({"pipe": {"path": "/x"}})"))); }

TEST(Target, WhatTheUserSaysOfTheService) {
  const std::string hosts = R"("hosts": [{"addr": "a", "port": 80}])";
  auto target = of(
      "static",
      R"({"static": {)" + hosts +
          R"(, "serviceSpec": {"rest": {"swaggerInfo": {"url": "/docs/api.json"}, "transformations": {"mine": {}}}}}})");
  EXPECT_EQ("http://a:80/docs/api.json", target.document_url);
  EXPECT_EQ(std::set<std::string>({"mine"}), target.own_functions);
  EXPECT_TRUE(target.says_rest);
  target =
      of("static", R"({"static": {)" + hosts +
                       R"(, "serviceSpec": {"rest": {"swagger_info": {"url": "https://docs.example.com/x.yaml"}}}}})");
  EXPECT_EQ("https://docs.example.com:443/x.yaml", target.document_url);
  target = of("static", R"({"static": {)" + hosts +
                            R"(, "serviceSpec": {"rest": {"swaggerInfo": {"inline": "openapi: 3.0.0"}}}}})");
  EXPECT_EQ("openapi: 3.0.0", target.document_text);
  target = of("static", R"({"static": {)" + hosts +
                            R"(, "serviceSpec": {"rest": {"swaggerInfo": {"url": "file:///etc/passwd"}}}}})");
  EXPECT_NE("", target.problem);
  target = of("static", R"({"static": {)" + hosts + R"(, "serviceSpec": {"graphql": {}}}})");
  EXPECT_TRUE(target.says_other);
  target = of("static", R"({"static": {)" + hosts + R"(, "serviceSpec": {"grpc": {}}}})");
  EXPECT_TRUE(target.says_grpc && target.wants_services && !target.says_other);
  target = of("static", R"({"static": {)" + hosts + R"(, "serviceSpec": {"grpc": {"grpcServices": []}}}})");
  EXPECT_TRUE(target.says_other);
  target = of("static", R"({"static": {)" + hosts + R"(, "serviceSpec": {"grpcJsonTranscoder": {}}}})");
  EXPECT_TRUE(target.says_grpc && !target.says_other);
  target = of("static",
              R"({"static": {)" + hosts + R"(, "serviceSpec": {"grpcJsonTranscoder": {"protoDescriptorBin": "x"}}}})");
  EXPECT_TRUE(target.says_grpc && target.says_other);
}

}  // namespace
}  // namespace solder::plugins::openapi::target_test
