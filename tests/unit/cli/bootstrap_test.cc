// The bootstrap in all its forms, taken by a real Envoy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/bootstrap_text.h"
#include "cli/yaml_tree.h"
#include "core/services/certificates.h"
#include "tests/unit/cli/envoy_validation.h"

namespace solder::cli::bootstrap_test {
namespace {

using ::testing::HasSubstr;

std::string made(const BootstrapOptions& options) {
  const auto text = bootstrap_text(options);
  EXPECT_TRUE(text.ok()) << text.status().message();
  return text.ok() ? *text : "";
}

nlohmann::ordered_json read(const std::string& text) {
  const auto tree = parse_yaml(text, "bootstrap");
  EXPECT_TRUE(tree.ok()) << tree.status().message();
  return to_json(*tree);
}

TEST(BootstrapTest, EnvoyTakesTheDefaults) { EXPECT_TRUE(envoy_accepts(made({}))); }

TEST(BootstrapTest, EnvoyTakesNamesIpv6AndStateOfTheWorld) {
  BootstrapOptions options;
  options.xds_address = "solder.example:9977";
  options.admin_address = "[::1]:19000";
  options.sotw = true;
  const std::string text = made(options);
  EXPECT_TRUE(envoy_accepts(text));
  const auto json = read(text);
  EXPECT_EQ("GRPC", json["dynamic_resources"]["ads_config"]["api_type"]);
  EXPECT_EQ("STRICT_DNS", json["static_resources"]["clusters"][0]["type"]);
  EXPECT_EQ("::1", json["admin"]["address"]["socket_address"]["address"]);
}

TEST(BootstrapTest, OverTlsItChecksTheServerAndShowsWhatItHas) {
  const auto pair = services::make_throwaway_key_pair("solder");
  ASSERT_TRUE(pair.ok());
  const std::string certificate = ::testing::TempDir() + "/bootstrap-test.crt";
  const std::string key = ::testing::TempDir() + "/bootstrap-test.key";
  std::ofstream(certificate) << pair->certificate_pem;
  std::ofstream(key) << pair->key_pem;
  BootstrapOptions options;
  options.xds_ca = certificate;
  EXPECT_TRUE(envoy_accepts(made(options)));
  options.xds_address = "solder.example:9977";
  options.xds_certificate = certificate;
  options.xds_key = key;
  const std::string text = made(options);
  EXPECT_TRUE(envoy_accepts(text));
  const auto socket = read(text)["static_resources"]["clusters"][0]["transport_socket"]["typed_config"];
  EXPECT_EQ("solder.example", socket["sni"]);
  const auto& context = socket["common_tls_context"];
  EXPECT_EQ(certificate, context["validation_context"]["trusted_ca"]["filename"]);
  EXPECT_EQ("solder.example", context["validation_context"]["match_typed_subject_alt_names"][0]["matcher"]["exact"]);
  EXPECT_EQ(key, context["tls_certificates"][0]["private_key"]["filename"]);
  options.xds_key.clear();
  EXPECT_THAT(bootstrap_text(options).status().message(), HasSubstr("go together"));
}

TEST(BootstrapTest, TheAgentOfAMeshIsAClusterBesideSolder) {
  BootstrapOptions options;
  options.mesh_agent = "127.0.0.1:8234";
  const std::string text = made(options);
  EXPECT_TRUE(envoy_accepts(text));
  const auto clusters = read(text)["static_resources"]["clusters"];
  ASSERT_EQ(2u, clusters.size());
  EXPECT_EQ("gateway_proxy_sds", clusters[1]["name"]);
  EXPECT_EQ("STATIC", clusters[1]["type"]);
  options.mesh_agent = "nowhere";
  EXPECT_THAT(bootstrap_text(options).status().message(), HasSubstr("--mesh-agent"));
}

TEST(BootstrapTest, NodeIsNamedAfterTheRole) {
  BootstrapOptions options;
  options.role = "edge~public";
  auto json = read(made(options));
  EXPECT_EQ("public.edge", json["node"]["id"]);
  EXPECT_EQ("edge~public", json["node"]["metadata"]["role"]);
  EXPECT_EQ("DELTA_GRPC", json["dynamic_resources"]["ads_config"]["api_type"]);
  options.node_id = "envoy: 1";
  EXPECT_EQ("envoy: 1", read(made(options))["node"]["id"]);
}

TEST(BootstrapTest, WrongOptions) {
  BootstrapOptions role;
  for (const char* text : {"gateway-proxy", "~x", "x~", "a~b~c"}) {
    role.role = text;
    EXPECT_THAT(bootstrap_text(role).status().message(), HasSubstr("expected NAMESPACE~PROXY")) << text;
  }
  BootstrapOptions admin;
  admin.admin_address = "localhost:19000";
  EXPECT_THAT(bootstrap_text(admin).status().message(), HasSubstr("expected an address, not a name"));
}

}  // namespace
}  // namespace solder::cli::bootstrap_test
