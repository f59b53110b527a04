// Runs plugins/*/testdata/*.json: the shipped plugins as they are built, loaded by the host as any plugin is. With
// UPDATE=1 in the environment what comes out is written into the files instead of compared with them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

#include "core/conformance/plugin_case.h"

namespace solder {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

// A plugin that runs files and is called for nothing else: tests/plugin/python_test.cc.
bool only_runs_files(const fs::path& manifest) {
  const auto json = ordered_json::parse(std::ifstream(manifest));
  const auto claims = [](const auto& capability) { return capability.contains("claims"); };
  return std::none_of(json.at("provides").begin(), json.at("provides").end(), claims);
}

// The plugins of this tree that claim something, by their folders.
std::vector<std::string> shipped() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(SOLDER_SOURCE_DIRECTORY) / "plugins")) {
    const fs::path manifest = entry.path() / "manifest.json";
    if (fs::exists(manifest) && !only_runs_files(manifest)) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class PluginCases : public ::testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() {
    types_ = std::make_unique<services::MessageTypes>();
    host::LoadOptions options;
    options.directories = {SOLDER_SHIPPED_PLUGINS};
    plugins_ = host::PluginSet::load(options);
  }
  static void TearDownTestSuite() {
    plugins_.reset();
    types_.reset();
  }

  static std::vector<fs::path> files() {
    std::vector<fs::path> out;
    for (const auto& entry :
         fs::directory_iterator(fs::path(SOLDER_SOURCE_DIRECTORY) / "plugins" / GetParam() / "testdata"))
      if (entry.path().extension() == ".json") out.push_back(entry.path());
    return out;
  }

  static std::unique_ptr<services::MessageTypes> types_;
  static std::unique_ptr<host::PluginSet> plugins_;
};
std::unique_ptr<services::MessageTypes> PluginCases::types_;
std::unique_ptr<host::PluginSet> PluginCases::plugins_;

TEST_P(PluginCases, ComeOutAsWritten) {
  const bool update = std::getenv("UPDATE") != nullptr;
  std::set<std::string> keys;
  for (const fs::path& file : files()) {
    ordered_json cases = ordered_json::parse(std::ifstream(file));
    std::set<std::string> names;
    for (ordered_json& one : cases) {
      const std::string name = one.at("case");
      SCOPED_TRACE(file.filename().string() + ": " + name);
      EXPECT_TRUE(names.insert(name).second) << "two cases of one name";
      const auto answer = conformance::run_plugin_case(*plugins_, *types_, one);
      ASSERT_TRUE(answer.ok()) << answer.status().message();
      const ordered_json& got = *answer;
      if (one.contains("key"))
        keys.insert(one.value("scope", "upstream_type") + ":" + one.at("key").get<std::string>());
      if (update) {
        one["expect"] = got;
      } else {
        EXPECT_EQ(one.value("expect", ordered_json()).dump(1), got.dump(1));
      }
    }
    if (update) std::ofstream(file) << cases.dump(2) << "\n";
  }
  for (const auto& plugin : plugins_->loaded()) {
    if (plugin.name != GetParam()) continue;
    for (const auto& claim : plugin.claims) {
      // Read by the plugin, and nothing that it is called for; read where it is called for destinations.
      if (claim.scope == "kind" || claim.scope == "service") continue;
      EXPECT_TRUE(keys.count(claim.scope + ":" + claim.key)) << claim.scope << ":" << claim.key << " has no case";
    }
  }
}

TEST_P(PluginCases, LoadedWithoutAWarning) {
  for (const auto& plugin : plugins_->loaded()) {
    if (plugin.name != GetParam()) continue;
    EXPECT_TRUE(plugin.warnings.empty());
    EXPECT_FALSE(plugin.claims.empty());
    return;
  }
  FAIL() << GetParam() << " was not loaded";
}

// What only the operator's configuration brings.
TEST(Kubernetes, DiscoversUpstreamsWhereItIsToldTo) {
  const services::MessageTypes types;
  const ordered_json service = {{"metadata", {{"name", "cart"}, {"namespace", "shop"}}},
                                {"spec", {{"selector", {{"app", "cart"}}}, {"ports", {{{"port", 80}}}}}}};
  const ordered_json one = {{"source", "Service shop/cart"}, {"objects", {{"Service shop/cart", service}}}};
  host::LoadOptions options;
  options.directories = {SOLDER_SHIPPED_PLUGINS};
  options.configurations = {{"kubernetes", R"({"discoverUpstreams": true, "writeNamespace": "gloo"})"}};
  const auto answer = conformance::run_plugin_case(*host::PluginSet::load(options), types, one);
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  const auto& objects = answer->at("objects");
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(objects[0].at("metadata").at("name"), "kube-svc:shop-cart-80");
  EXPECT_FALSE(objects[0].at("spec").at("kube").contains("selector"));
  EXPECT_EQ(objects[1].at("metadata").at("name"), "shop-cart-80");
  EXPECT_EQ(objects[1].at("metadata").at("namespace"), "gloo");
  EXPECT_EQ(objects[1].at("metadata").at("labels").at("discovered_by"), "kubernetesplugin");
  EXPECT_EQ(objects[1].at("spec").at("kube").at("selector").at("app"), "cart");
}

TEST(Kubernetes, RefusesAConfigurationThatItDoesNotKnow) {
  host::LoadOptions options;
  options.directories = {SOLDER_SHIPPED_PLUGINS};
  options.configurations = {{"kubernetes", R"({"discoverUpstream": true})"}};
  const auto plugins = host::PluginSet::load(options);
  ASSERT_EQ(plugins->refused().size(), 1u);
  EXPECT_NE(plugins->refused()[0].message.find("discoverUpstream;"), std::string::npos)
      << plugins->refused()[0].message;
}

INSTANTIATE_TEST_SUITE_P(Shipped, PluginCases, ::testing::ValuesIn(shipped()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace solder
