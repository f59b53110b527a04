// Names and keys that two plugins want: one gets them, always the same one, and the other is told.
#include <gmock/gmock.h>

#include "core/host/refusal.h"
#include "tests/plugin/plugin_directory.h"

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const PluginInfo& info(const std::vector<PluginInfo>& all, const std::string& name) {
  for (const PluginInfo& plugin : all) {
    if (plugin.name == name) return plugin;
  }
  ADD_FAILURE() << name << " is not loaded";
  return all.front();
}

TEST(Claims, ANameIsLoadedOnce) {
  PluginDirectory directory;
  directory.add("good", "b");
  directory.add("good_twin", "a");
  const auto plugins = directory.load();
  EXPECT_THAT(names(*plugins), ElementsAre("good"));
  EXPECT_NE(plugins->option("route", "twin"), nullptr) << "the first by file name";
  ASSERT_EQ(plugins->refused().size(), 1u);
  EXPECT_EQ(plugins->refused()[0].reason, reason::kDuplicateName);
  EXPECT_THAT(plugins->refused()[0].file, HasSubstr("/b.so"));
}

TEST(Claims, AnEarlierDirectoryGoesBeforeALaterOne) {
  PluginDirectory early, late;
  early.add("good", "z");
  late.add("good_twin", "a");
  LoadOptions options = early.options();
  options.directories.push_back(late.plugins().string());
  const auto plugins = PluginSet::load(options);
  EXPECT_NE(plugins->option("route", "good"), nullptr);
  EXPECT_EQ(plugins->option("route", "twin"), nullptr);
}

// Whatever the files are called, the first plugin name gets the key and the other keeps its other key.
TEST(Claims, AKeyGoesToTheFirstName) {
  for (const auto& [good, rival] : {std::pair{"a", "b"}, std::pair{"b", "a"}}) {
    PluginDirectory directory;
    directory.add("good", good);
    directory.add("good_rival", rival);
    const auto plugins = directory.load();
    EXPECT_THAT(names(*plugins), ElementsAre("good", "rival"));
    EXPECT_TRUE(plugins->refused().empty());
    ASSERT_NE(plugins->option("route", "good"), nullptr);
    EXPECT_EQ(plugins->name(*plugins->option("route", "good")), "good");
    ASSERT_NE(plugins->option("route", "rival"), nullptr);
    EXPECT_EQ(plugins->name(*plugins->option("route", "rival")), "rival");
    const auto all = plugins->loaded();
    ASSERT_EQ(info(all, "rival").claims.size(), 1u);
    EXPECT_EQ(info(all, "rival").claims[0].key, "rival");
    ASSERT_EQ(info(all, "rival").partial.size(), 1u);
    EXPECT_EQ(info(all, "rival").partial[0].reason, reason::kKeyClaimed);
    EXPECT_THAT(info(all, "rival").partial[0].message, HasSubstr("route:good belongs to plugin good"));
    EXPECT_TRUE(info(all, "good").partial.empty());
  }
}

TEST(Claims, TheOperatorMayChoose) {
  PluginDirectory directory;
  directory.add("good");
  directory.add("good_rival");
  LoadOptions options = directory.options();
  options.key_owners = {{"route:good", "rival"}, {"route:good", "nobody"}, {"nonsense", "good"}};
  const auto plugins = PluginSet::load(options);
  EXPECT_EQ(plugins->name(*plugins->option("route", "good")), "rival");
  const auto all = plugins->loaded();
  EXPECT_TRUE(info(all, "good").claims.empty());
  ASSERT_EQ(info(all, "good").partial.size(), 1u);
  EXPECT_THAT(info(all, "good").partial[0].message, HasSubstr("as the settings say"));
  EXPECT_EQ(info(all, "rival").claims.size(), 2u);
}

TEST(Claims, ScopesAreApart) {
  PluginDirectory directory;
  directory.add("good");
  directory.add("good_tls");
  const auto plugins = directory.load();
  EXPECT_NE(plugins->option("route", "good"), nullptr);
  EXPECT_EQ(plugins->option("virtual_host", "good"), nullptr);
  EXPECT_EQ(plugins->upstream_type("good"), nullptr);
  EXPECT_NE(plugins->option("virtual_service", "sslConfig"), nullptr);
  EXPECT_EQ(plugins->option("route", "sslConfig"), nullptr);
}

}  // namespace
}  // namespace solder::host
