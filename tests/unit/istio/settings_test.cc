// The plugin's configuration.
#include "plugins/istio/settings.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace solder::plugins::istio {
namespace {

TEST(ReadOptions, OffUnlessSwitchedOn) {
  EXPECT_FALSE(read_options("{}").discover);
  EXPECT_EQ(read_options("{}").bound(443), 8443u);
  EXPECT_EQ(read_options("{}").bound(9000), 9000u);
  const Options options = read_options(
      R"({"discoverRouteRules": true, "writeNamespace": "edge", "rootNamespace": "mesh", "clusterDomain": "local", "caFile": "/ca",
          "credentialNamespace": "certs", "gatewaySelector": {"istio": "edge"}, "ports": {"443": 443, "15443": 1}})");
  EXPECT_TRUE(options.discover);
  EXPECT_EQ(options.write_namespace + options.root_namespace + options.cluster_domain, "edgemeshlocal");
  EXPECT_EQ(options.ca_file + options.credential_namespace, "/cacerts");
  EXPECT_EQ(options.gateway_selector.at("istio"), "edge");
  EXPECT_EQ(options.bound(443), 443u);
  EXPECT_EQ(options.bound(15443), 1u);
  EXPECT_EQ(options.bound(80), 8080u) << "others stay";
}

TEST(ReadOptions, WhatIsUnknownIsRefused) {
  for (const char* text : {R"({"discoverRouteRule": true})", R"({"discoverRouteRules": 1})", R"({"ports": {"a": 1}})",
                           R"({"ports": {"80": 0}})", R"({"ports": {"80": 65536}})", R"({"ports": {"": 80}})",
                           R"({"ports": {"99999999999999999999": 80}})", R"({"gatewaySelector": {"a": 1}})",
                           R"({"writeNamespace": 1})", R"({"ports": []})"})
    EXPECT_THROW(read_options(text), std::invalid_argument) << text;
}

TEST(IstioOptions, OfSettings) {
  EXPECT_TRUE(istio_options(sdk::Json()).is_null());
  EXPECT_TRUE(istio_options({{"spec", {{"gloo", 1}}}}).is_null());
  EXPECT_EQ(istio_options({{"spec", {{"gloo", {{"istioOptions", {{"a", 1}}}}}}}}).at("a"), 1);
}

}  // namespace
}  // namespace solder::plugins::istio
