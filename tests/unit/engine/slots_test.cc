// Fragments in their slots: order, merge, conflicts, and the slots with a name of their own.
#include "core/engine/slots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "merge_fixture.h"
#include "no_plugins.h"

namespace solder::engine::slots_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Fragment part(const std::string& plugin, const std::string& slot, const std::string& json, int32_t weight = 0,
              const std::string& type = "") {
  Fragment out;
  out.slot = slot;
  out.bytes = json;
  out.encoding = Encoding::kJson;
  out.weight = weight;
  out.origin = {plugin, {"VirtualService", "ns", "vs"}, "/options/" + plugin};
  if (!type.empty()) out.type_url = "type.googleapis.com/" + type;
  return out;
}

class SlotsTest : public ::testing::Test {
 protected:
  testing::NoPlugins no_plugins_;
  Translation translation_{testing::types(), no_plugins_, nullptr};
  model::Diagnostics problems_;
  Slots slots_{translation_, problems_, nullptr};
};

TEST_F(SlotsTest, WeightDecidesBeforeTheName) {
  slots_.add({part("z", "route_action", R"({"prefix_rewrite":"/z"})", -1)});
  slots_.add({part("a", "route_action", R"({"prefix_rewrite":"/a"})", 1)});
  slots_.add({part("b", "route_action", R"({"prefix_rewrite":"/b"})")});
  EXPECT_EQ(testing::json_of(kRouteAction, slots_.merged("route_action", kRouteAction, "", "route")),
            R"({"prefixRewrite":"/a"})");
  EXPECT_THAT(problems_, SizeIs(4)) << "both sides of each conflict are told";
}

TEST_F(SlotsTest, EqualValuesAreNoConflict) {
  slots_.add({part("a", "route_action", R"({"prefix_rewrite":"/x"})")});
  slots_.add({part("b", "route_action", R"({"prefix_rewrite":"/x"})")});
  slots_.merged("route_action", kRouteAction, "", "route");
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(SlotsTest, ASlotThatNobodyFilledIsTheBase) {
  EXPECT_FALSE(slots_.has("route"));
  EXPECT_EQ(slots_.merged("route", kRoute, "", ""), "");
}

TEST_F(SlotsTest, NamedSlotsComeInOrderOfName) {
  constexpr const char* kType = "envoy.extensions.filters.http.buffer.v3.BufferPerRoute";
  slots_.add({part("a", "per_filter/z", R"({"disabled":true})", 0, kType),
              part("a", "per_filter/b", R"({"disabled":true})", 0, kType)});
  std::vector<std::string> names;
  slots_.each("per_filter/", "", "", [&](const std::string& name, const std::string& url, const std::string&) {
    names.push_back(name);
    EXPECT_THAT(url, HasSubstr("BufferPerRoute"));
  });
  EXPECT_THAT(names, ElementsAre("b", "z"));
}

TEST_F(SlotsTest, AFragmentThatDoesNotFitIsLeftOutAndNamed) {
  slots_.add({part("bad", "route_action", R"({"prefix_rewrit":"/x"})"),
              part("good", "route_action", R"({"prefix_rewrite":"/g"})")});
  EXPECT_EQ(testing::json_of(kRouteAction, slots_.merged("route_action", kRouteAction, "", "route")),
            R"({"prefixRewrite":"/g"})");
  ASSERT_THAT(problems_, SizeIs(1));
  EXPECT_EQ(problems_[0].reason, "BadFragment");
  EXPECT_EQ(problems_[0].plugin, "bad");
}

}  // namespace
}  // namespace solder::engine::slots_test
