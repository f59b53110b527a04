// Which Settings plugins are told of, and when.
#include "core/sources/settings_tap.h"

#include <gmock/gmock.h>

#include "core/config/documents.h"

namespace solder::sources::settings_tap_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SettingsTapTest : public ::testing::Test {
 protected:
  SettingsTapTest() { tap.catalog(*config::SchemaCatalog::make({})); }
  // `spec` empty: they are gone.
  void say(const std::string& name, const std::string& spec, bool known = true) {
    if (known) all_known();
    store::Batch batch;
    const std::string text = "apiVersion: gloo.solo.io/v1\nkind: Settings\nmetadata: {name: " + name +
                             ", namespace: gloo-system}\nspec: " + spec;
    batch.changes.push_back({{"Settings", "gloo-system", name},
                             spec.empty() ? nullptr : config::parse_documents(text, "a.yaml").objects.at(0)});
    tap.take(batch);
  }

  void all_known() {
    tap.sources_known();
    tap.files_known();
  }

  std::vector<std::string> told;
  SettingsTap tap{[this](std::string spec) { told.push_back(std::move(spec)); }};
};

TEST_F(SettingsTapTest, NothingIsToldBeforeTheyAreKnown) {
  say("default", "{linkerd: true}", false);
  EXPECT_THAT(told, IsEmpty());
  all_known();
  EXPECT_THAT(told, ElementsAre(R"({"linkerd":true})"));
  say("default", "{linkerd: false}");
  EXPECT_THAT(told, ElementsAre(R"({"linkerd":true})", R"({"linkerd":false})"));
}

TEST_F(SettingsTapTest, ThatThereAreNoneIsToldToo) {
  all_known();
  EXPECT_THAT(told, ElementsAre(""));
  say("default", "{linkerd: true}");
  say("default", "");
  EXPECT_THAT(told, ElementsAre("", R"({"linkerd":true})", ""));
}

TEST_F(SettingsTapTest, TheOneNamedDefaultCounts) {
  say("a", "{discoveryNamespace: a}");
  say("default", "{discovery_namespace: d}");
  say("z", "{discoveryNamespace: z}");
  EXPECT_EQ(told.back(), R"({"discoveryNamespace":"d"})") << "in one spelling";
  say("default", "");
  EXPECT_EQ(told.back(), R"({"discoveryNamespace":"a"})");
}

TEST_F(SettingsTapTest, WhatIsWrongDoesNotTakeAwayWhatWasGood) {
  say("default", "{linkerd: true}");
  say("default", "{linkerd: 7}");
  EXPECT_EQ(told.back(), R"({"linkerd":true})");
}

TEST_F(SettingsTapTest, WhatWasNeverGoodIsToldAsItStands) {
  say("default", "{linkerd: 7, refreshRate: 3s}");
  EXPECT_EQ(told.back(), R"({"linkerd":7,"refreshRate":"3s"})");
}

}  // namespace
}  // namespace solder::sources::settings_tap_test
