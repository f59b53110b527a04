// Snapshots as static bootstraps, taken by a real Envoy.
#include "cli/static_bootstrap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/envoy_modules.h"
#include "cli/snapshot_json.h"
#include "cli/yaml_text.h"
#include "core/services/certificates.h"
#include "tests/unit/cli/envoy_validation.h"
#include "tests/unit/cli/snapshots.h"

namespace solder::cli::static_bootstrap_test {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kListener = R"({
  "name": "listener", "address": {"socketAddress": {"address": "127.0.0.1", "portValue": 8443}},
  "filterChains": [{
    "transportSocket": {"name": "tls", "typedConfig": {
      "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
      "commonTlsContext": {"tlsCertificateSdsSecretConfigs": [{"name": "tls", "sdsConfig": {"ads": {}, "resourceApiVersion": "V3"}}],
                           "validationContextSdsSecretConfig": {"name": "ca", "sdsConfig": {"ads": {}, "resourceApiVersion": "V3"}}}}},
    "filters": [{"name": "hcm", "typedConfig": {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
      "statPrefix": "http", "rds": {"routeConfigName": "routes", "configSource": {"ads": {}, "resourceApiVersion": "V3"}},
      "httpFilters": [
        {"name": "found", "configDiscovery": {"configSource": {"ads": {}, "resourceApiVersion": "V3"},
                                              "typeUrls": ["type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"]}},
        {"name": "lost", "configDiscovery": {"configSource": {"ads": {}, "resourceApiVersion": "V3"},
                                             "typeUrls": ["type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"]}},
        {"name": "router", "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]})";
constexpr const char* kRoutes = R"({
  "name": "routes", "virtualHosts": [{"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "not-there"}}]}]})";
constexpr const char* kEdsCluster = R"({
  "name": "eds", "type": "EDS", "connectTimeout": "5s", "edsClusterConfig": {"edsConfig": {"ads": {}, "resourceApiVersion": "V3"}, "serviceName": "eds-1"}})";
constexpr const char* kEndpoints = R"({
  "clusterName": "eds-1", "endpoints": [{"lbEndpoints": [{"endpoint": {"address": {"socketAddress": {"address": "10.0.0.1", "portValue": 80}}}}]}]})";

class StaticBootstrapTest : public ::testing::Test {
 protected:
  StaticBootstrapTest() : made_(types_) {
    made_.add(xds::ResourceType::kListener, "name", kListener);
    made_.add(xds::ResourceType::kRoute, "name", kRoutes);
    made_.add(xds::ResourceType::kCluster, "name", kEdsCluster);
    made_.add(xds::ResourceType::kEndpoint, "clusterName", kEndpoints);
    made_.add(
        xds::ResourceType::kExtensionConfig, "name",
        R"({"name":"found","typedConfig":{"@type":"type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"}})");
  }

  void add_certificate() {
    pair_ = *services::make_throwaway_key_pair("real");
    const Json secret{{"name", "tls"},
                      {"tlsCertificate",
                       {{"certificateChain", {{"inlineString", pair_.certificate_pem}}},
                        {"privateKey", {{"inlineString", pair_.key_pem}}}}}};
    made_.add(xds::ResourceType::kSecret, "name", secret.dump());
  }

  Json build(bool with_secrets = false) {
    const auto json = snapshot_json(types_, *made_.snapshot(), with_secrets);
    EXPECT_TRUE(json.ok());
    auto built = static_bootstrap(*json, with_secrets);
    EXPECT_TRUE(built.ok());
    return *built;
  }

  services::MessageTypes types_;
  Snapshots made_;
  services::KeyPair pair_;
};

TEST_F(StaticBootstrapTest, NothingWaitsForAControlPlane) {
  add_certificate();
  const Json built = build();
  EXPECT_TRUE(envoy_accepts(to_yaml(built)));
  EXPECT_TRUE(envoy_accepts(built.dump()));
  const std::string text = built.dump();
  for (const char* word : {"\"ads\"", "\"rds\"", "sdsConfig", "configDiscovery", "edsClusterConfig", "lost"}) {
    EXPECT_THAT(text, Not(HasSubstr(word)));
  }
  const auto& manager = built["staticResources"]["listeners"][0]["filterChains"][0]["filters"][0]["typedConfig"];
  EXPECT_EQ(false, manager["routeConfig"]["validateClusters"]);
  EXPECT_EQ("not-there", manager["routeConfig"]["virtualHosts"][0]["routes"][0]["route"]["cluster"]);
  EXPECT_EQ("found", manager["httpFilters"][0]["name"]);
  EXPECT_TRUE(manager["httpFilters"][0].contains("typedConfig"));
}

TEST_F(StaticBootstrapTest, EndpointsStandInTheirCluster) {
  const Json built = build();
  const auto& cluster = built["staticResources"]["clusters"][0];
  EXPECT_EQ("STATIC", cluster["type"]);
  EXPECT_EQ("eds", cluster["loadAssignment"]["clusterName"]);
  EXPECT_EQ(1u, cluster["loadAssignment"]["endpoints"][0]["lbEndpoints"].size());
}

TEST_F(StaticBootstrapTest, NamesAmongEndpointsAreLookedUp) {
  made_.add(xds::ResourceType::kCluster, "name",
            R"({"name":"dns","type":"EDS","connectTimeout":"5s","edsClusterConfig":{"edsConfig":{"ads":{}}}})");
  made_.add(xds::ResourceType::kCluster, "name",
            R"({"name":"none","type":"EDS","connectTimeout":"5s","edsClusterConfig":{"edsConfig":{"ads":{}}}})");
  made_.add(
      xds::ResourceType::kEndpoint, "clusterName",
      R"({"clusterName":"dns","endpoints":[{"lbEndpoints":[{"endpoint":{"address":{"socketAddress":{"address":"a.example","portValue":80}}}}]}]})");
  const Json built = build();
  EXPECT_TRUE(envoy_accepts(to_yaml(built)));
  EXPECT_EQ("STRICT_DNS", built["staticResources"]["clusters"][0]["type"]);
  EXPECT_EQ("STATIC", built["staticResources"]["clusters"][2]["type"]);
}

TEST_F(StaticBootstrapTest, CertificatesAreThrowawayOnes) {
  add_certificate();
  const std::string text = build().dump();
  EXPECT_THAT(text, Not(HasSubstr(Json(pair_.key_pem).dump())));
  EXPECT_THAT(text, Not(HasSubstr(Json(pair_.certificate_pem).dump())));
  EXPECT_THAT(text, Not(HasSubstr(kRedacted)));
}

TEST_F(StaticBootstrapTest, UnlessTheRealOnesAreAskedFor) {
  add_certificate();
  const Json built = build(true);
  EXPECT_THAT(built.dump(), HasSubstr(Json(pair_.key_pem).dump()));
  EXPECT_TRUE(envoy_accepts(to_yaml(built)));
}

TEST_F(StaticBootstrapTest, MissingSecretsGetStandIns) {
  const Json built = build();
  EXPECT_EQ(2u, built["staticResources"]["secrets"].size());
  EXPECT_TRUE(envoy_accepts(to_yaml(built)));
}

TEST_F(StaticBootstrapTest, NothingAtAllIsABootstrapToo) {
  const auto built = static_bootstrap(Json::object(), false);
  ASSERT_TRUE(built.ok());
  EXPECT_TRUE(envoy_accepts(to_yaml(*built)));
}

TEST(EnvoyModulesTest, ThoseBesideThePluginsAreNamedByTheirFiles) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(::testing::TempDir()) / "envoy_modules";
  fs::create_directories(root / "plugins");
  fs::create_directories(root / "envoy");
  const fs::path file = fs::canonical(root) / "envoy/libknown.so";
  std::ofstream(file) << "x";
  const auto directories = envoy_module_directories({(root / "plugins").string(), "/nowhere/plugins"});
  Json config{{"filters", Json::array({{{"dynamicModuleConfig", {{"name", "known"}, {"metricsNamespace", "n"}}}},
                                       {{"dynamicModuleConfig", {{"name", "other"}}}}})}};
  name_module_files(config, directories);
  const Json known{{"metricsNamespace", "n"}, {"module", {{"local", {{"filename", file.string()}}}}}};
  EXPECT_EQ(known, config["filters"][0]["dynamicModuleConfig"]);
  EXPECT_EQ(Json({{"name", "other"}}), config["filters"][1]["dynamicModuleConfig"]);
  fs::remove_all(root);
}

}  // namespace
}  // namespace solder::cli::static_bootstrap_test
