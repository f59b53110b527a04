#include "cli/serve_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solder::cli::serve_options_test {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string problem(const std::string& text) {
  ServeOptions options;
  return apply_config_file(text, "solder.yaml", options).message();
}

TEST(ServeOptionsTest, EveryKey) {
  ServeOptions options;
  const auto status = apply_config_file(R"(
configDir: [/a, /b]
pluginDir: /plugins
xdsAddress: 0.0.0.0:1
adminAddress: 127.0.0.1:2
stateDir: /state
writeNamespace: edge
logLevel: debug
scopedRoutesAbove: 500
keyOwners:
  route:timeout: routing
pluginConfig:
  routing: {strict: true}
)",
                                        "solder.yaml", options);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_THAT(options.config_directories, ElementsAre("/a", "/b"));
  EXPECT_THAT(options.plugin_directories, ElementsAre("/plugins"));
  EXPECT_EQ("0.0.0.0:1", options.xds_address);
  EXPECT_EQ("127.0.0.1:2", options.admin_address);
  EXPECT_EQ("/state", options.state_directory);
  EXPECT_EQ("edge", options.write_namespace);
  EXPECT_EQ("debug", options.log_level);
  EXPECT_EQ(500U, scoped_routes_above(options));
  EXPECT_THAT(options.key_owners, ElementsAre(Pair("route:timeout", "routing")));
  EXPECT_THAT(options.plugin_configurations, ElementsAre(Pair("routing", R"({"strict":true})")));
}

TEST(ServeOptionsTest, ScopedRoutesAboveIsANumberOrNever) {
  ServeOptions options;
  EXPECT_EQ(300U, scoped_routes_above(options));
  options.scoped_routes_above = "never";
  EXPECT_EQ(std::nullopt, scoped_routes_above(options));
  EXPECT_TRUE(complete(options).ok());
  options.scoped_routes_above = "2k";
  EXPECT_EQ("scopedRoutesAbove: found \"2k\", expected a number of routes, or never", complete(options).message());
}

TEST(ServeOptionsTest, OnDemandIsOneLayoutOrTheOther) {
  ServeOptions options;
  ASSERT_TRUE(apply_config_file("virtualHostsOnDemand: true\n", "solder.yaml", options).ok());
  EXPECT_TRUE(options.virtual_hosts_on_demand);
  EXPECT_TRUE(complete(options).ok());
  options.scoped_routes_on_demand = true;
  EXPECT_EQ("virtualHostsOnDemand: found true beside scopedRoutesOnDemand; a large listener has one of the two layouts",
            complete(options).message());
}

TEST(ServeOptionsTest, ErrorsNameFileLineKeyFoundAndExpected) {
  EXPECT_THAT(problem("\nxdsAddres: x\n"), Eq("solder.yaml:2: xdsAddres: unknown key; did you mean xdsAddress?"));
  EXPECT_THAT(problem("zzz: x\n"), HasSubstr("unknown key; known are configDir, pluginDir"));
  EXPECT_THAT(problem("configDir: {a: b}\n"),
              Eq("solder.yaml:1: configDir: found a map, expected a directory or a list of directories"));
  EXPECT_THAT(problem("configDir: []\n"), HasSubstr("expected a directory or a list"));
  EXPECT_THAT(problem("configDir: [[a]]\n"), HasSubstr("expected a directory or a list"));
  EXPECT_THAT(problem("logLevel: loud\n"),
              Eq("solder.yaml:1: logLevel: found \"loud\", expected one of trace debug info warn error"));
  EXPECT_THAT(problem("stateDir:\n"), Eq("solder.yaml:1: stateDir: found nothing, expected a directory"));
  EXPECT_THAT(problem("keyOwners: {timeout: routing}\n"), HasSubstr("expected a map of SCOPE:KEY"));
  EXPECT_THAT(problem("pluginConfig: {routing: 1}\n"), HasSubstr("expected a map of plugins' names"));
  EXPECT_THAT(problem("- a\n"), HasSubstr("found a list, expected a map of settings"));
  EXPECT_THAT(problem("a: [\n"), HasSubstr("solder.yaml:2: not YAML"));
}

TEST(ServeOptionsTest, WhichPluginsHaveAProcess) {
  using host::isolation::Mode;
  ServeOptions options;
  const auto status = apply_config_file(R"(
pluginIsolation:
  default: process
  plugins: {routing: in_process, mine: process, other: manifest}
  afterCrash: as_before
  memoryMB: 64
  cpuSeconds: 5
  openFiles: 0
  readablePaths: [/opt/venv]
)",
                                        "solder.yaml", options);
  ASSERT_TRUE(status.ok()) << status.message();
  const auto& isolation = options.isolation;
  EXPECT_EQ(Mode::kProcess, isolation.others);
  EXPECT_THAT(isolation.plugins, ElementsAre(Pair("mine", Mode::kProcess), Pair("other", Mode::kAsManifestSays),
                                             Pair("routing", Mode::kInProcess)));
  EXPECT_FALSE(options.isolate_crashed);
  EXPECT_EQ(64u, isolation.limits.memory_mb);
  EXPECT_EQ(5u, isolation.limits.cpu_seconds);
  EXPECT_EQ(0u, isolation.limits.open_files);
  EXPECT_THAT(isolation.limits.readable_paths, ElementsAre("/opt/venv"));
  EXPECT_THAT(problem("pluginIsolation: process\n"), HasSubstr("expected a map with default, plugins"));
  EXPECT_THAT(problem("pluginIsolation: {defaults: process}\n"), HasSubstr("expected a map with default, plugins"));
  EXPECT_THAT(problem("pluginIsolation: {plugins: {a: yes}}\n"),
              HasSubstr("expected process, in_process or manifest at plugins.a, where there is \"yes\""));
  EXPECT_THAT(problem("pluginIsolation: {memoryMB: 1}\n"), HasSubstr("a number of at least 16 at memoryMB"));
  EXPECT_THAT(problem("pluginIsolation: {readablePaths: [a]}\n"), HasSubstr("a list of absolute paths"));
  EXPECT_THAT(problem("pluginIsolation: {afterCrash: maybe}\n"), HasSubstr("process or as_before"));
}

TEST(ServeOptionsTest, DefaultsAreFilledIn) {
  ServeOptions options;
  ASSERT_TRUE(complete(options).ok());
  EXPECT_EQ(1u, options.config_directories.size());
  ASSERT_EQ(1u, options.plugin_directories.size());
  EXPECT_THAT(options.plugin_directories[0], HasSubstr("/lib/solder/plugins"));
  EXPECT_FALSE(options.state_directory.empty());
}

TEST(ServeOptionsTest, AddressesAreChecked) {
  ServeOptions options;
  options.xds_address = "9977";
  EXPECT_THAT(complete(options).message(), HasSubstr("xDS address: found \"9977\""));
  options.xds_address = "127.0.0.1:0";
  EXPECT_TRUE(complete(options).ok());
}

TEST(ServeOptionsTest, FilesOfTlsGoTogether) {
  const auto problem = [](const std::string& text) {
    ServeOptions options;
    EXPECT_TRUE(apply_config_file(text, "f", options).ok()) << text;
    return complete(options).message();
  };
  EXPECT_EQ(problem("xdsCertificate: a.crt\nxdsKey: a.key\nxdsClientCa: ca.crt\n"), "");
  EXPECT_NE(problem("xdsCertificate: a.crt\n").find("without xdsKey"), std::string::npos);
  EXPECT_NE(problem("xdsKey: a.key\n").find("without xdsCertificate"), std::string::npos);
  EXPECT_NE(problem("xdsClientCa: ca.crt\n").find("over TLS alone"), std::string::npos);
  EXPECT_EQ(problem("validationAddress: 0.0.0.0:8443\nvalidationCertificate: a\nvalidationKey: b\n"), "");
  EXPECT_NE(problem("validationAddress: 0.0.0.0:8443\n").find("all three or none"), std::string::npos);
}

}  // namespace
}  // namespace solder::cli::serve_options_test
