// Kinds of objects that plugins read: what their manifests declare together, lists, and derived objects.
#include <gmock/gmock.h>

#include "tests/plugin/plugin_directory.h"

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Kinds : public ::testing::Test {
 protected:
  Kinds() {
    directory_.add("good_deriver");
    plugins_ = directory_.load();
  }

  ItemOutput derive(const Lookup& lookup) {
    const ObjectKind& kind = plugins_->kinds().at("Colour");
    const auto view = [](const std::string& text) { return solder_str{text.data(), text.size()}; };
    const std::string word = "Colour", ns = "ns", name = "red", json = "{}";
    const solder_object input{sizeof input, 0, {view(word), view(ns), view(name)}, view(json)};
    const Subject subject{{word, ns, name}, ""};
    return plugins_->call(*kind.derivers.at(0), Operation::kDerive, {&input, 1, sizeof input}, {&subject, 1}, lookup)
        .at(0);
  }

  PluginDirectory directory_;
  std::unique_ptr<PluginSet> plugins_;
};

TEST_F(Kinds, AreWhatTheManifestsDeclare) {
  ASSERT_EQ(plugins_->kinds().size(), 2u);
  const ObjectKind& shade = plugins_->kinds().at("Shade");
  EXPECT_EQ(shade.api_version, "v1");
  EXPECT_THAT(shade.index, ElementsAre("/age", "/colour"));
  EXPECT_THAT(shade.derivers, IsEmpty());
  EXPECT_EQ(plugins_->kinds().at("Colour").derivers.size(), 1u);
  EXPECT_EQ(plugins_->option("kind", "Shade"), nullptr) << "a kind is no option";
}

TEST_F(Kinds, ListsAndDerivedObjectsPassTheBoundary) {
  std::vector<Selector> asked;
  const auto list = [&](size_t, const Selector& selector) -> std::optional<std::vector<Listed>> {
    asked.push_back(selector);
    if (selector.field != "/colour") return std::nullopt;
    static std::string text;  // overwritten by the next list: the plugin must have a copy of its own
    text = "{1}";
    return std::vector<Listed>{{{"Shade", "ns", "dark"}, &text}, {{"Shade", "ns", "light"}, &text}};
  };
  const auto find = [](size_t, const model::ObjectRef&) -> const std::string* { return nullptr; };
  const ItemOutput output = derive({find, list});
  EXPECT_THAT(asked,
              ElementsAre(Selector{"Shade", "ns", "/colour", "red"}, Selector{"Shade", "ns", "/undeclared", "x"}));
  EXPECT_THAT(output.objects, ElementsAre("dark{1} light{1} 0"));
}

TEST_F(Kinds, ADeriverGivesObjectsAndNothingElse) {
  const ItemOutput output = derive({});
  EXPECT_THAT(output.objects, ElementsAre("0")) << "without a world there is nothing to list";
  EXPECT_THAT(output.fragments, IsEmpty());
  ASSERT_EQ(output.diagnostics.size(), 1u);
  EXPECT_EQ(output.diagnostics[0].reason, "SlotNotAllowed");
}

TEST_F(Kinds, OtherOperationsDeriveNothing) {
  const auto outputs = call_option(*plugins_, "deriver", {"1"});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_THAT(outputs[0].objects, IsEmpty());
  ASSERT_EQ(outputs[0].diagnostics.size(), 1u);
  EXPECT_THAT(outputs[0].diagnostics[0].message, HasSubstr("objects are derived by solder.discovery/1"));
}

}  // namespace
}  // namespace solder::host
