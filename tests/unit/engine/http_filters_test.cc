// The order of HTTP filters: Gloo's stages, then weight, then name; each filter once; the terminal one last.
#include "core/engine/http_filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "merge_fixture.h"
#include "no_plugins.h"
#include "solder/envoy_fields.h"

namespace solder::engine::http_filters_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace hcm = solder::envoy::extensions::filters::network::http_connection_manager::v3;

FilterNeed need(const std::string& stage, const std::string& name, const std::string& json = "{}", int32_t weight = 0,
                const std::string& plugin = "p") {
  Fragment fragment;
  fragment.slot = "http_filter/" + stage;
  fragment.name = name;
  fragment.type_url = "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer";
  fragment.bytes = json;
  fragment.encoding = Encoding::kJson;
  fragment.weight = weight;
  fragment.origin = {plugin, {"VirtualService", "ns", "vs"}, "/options"};
  return {stage, fragment};
}

class HttpFilters : public ::testing::Test {
 protected:
  nlohmann::json list(const std::vector<FilterNeed>& needs, const TerminalFilter& last = kRouter) {
    const std::string bytes = http_filter_list(translation_, needs, hcm::HttpConnectionManager::kHttpFilters, last,
                                               "hcm", problems_, nullptr);
    return nlohmann::json::parse(testing::json_of(testing::kHcm, bytes))["httpFilters"];
  }
  std::vector<std::string> names(const std::vector<FilterNeed>& needs) {
    std::vector<std::string> out;
    for (const auto& filter : list(needs)) out.push_back(filter["name"]);
    return out;
  }

  testing::NoPlugins no_plugins_;
  Translation translation_{testing::types(), no_plugins_, nullptr};
  model::Diagnostics problems_;
};

TEST_F(HttpFilters, StandInTheOrderOfGloosStages) {
  EXPECT_THAT(names({need("route", "i"), need("out_auth", "h"), need("accepted", "g"), need("rate_limit", "f"),
                     need("authz", "e"), need("authn", "d"), need("waf", "c"), need("cors", "b"), need("fault", "a")}),
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i", "envoy.filters.http.router"));
}

TEST_F(HttpFilters, TheLastOneIsConfiguredWhereItStands) {
  FilterNeed router = need("fault", std::string(kRouter.name), R"({"suppressEnvoyHeaders": true})");
  router.fragment.type_url = "type.googleapis.com/" + std::string(kRouter.type);
  const auto filters = list({router, need("route", "a")});
  ASSERT_EQ(filters.size(), 2u);
  EXPECT_EQ(filters[1]["name"], kRouter.name);
  EXPECT_EQ(filters[1]["typedConfig"]["suppressEnvoyHeaders"], true);
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(HttpFilters, OfOneStageByWeightThenName) {
  EXPECT_THAT(
      names({need("authz", "z", "{}", -1), need("authz", "b"), need("authz", "a"), need("authz", "y", "{}", 1)}),
      ElementsAre("z", "a", "b", "y", "envoy.filters.http.router"));
}

TEST_F(HttpFilters, StandOnceAtTheirEarliestStage) {
  const auto filters = list({need("route", "one", R"({"max_request_bytes":7})"), need("authz", "two"),
                             need("cors", "one", R"({"max_request_bytes":7})")});
  ASSERT_EQ(filters.size(), 3u);
  EXPECT_EQ(filters[0]["name"], "one");
  EXPECT_EQ(filters[0]["typedConfig"]["maxRequestBytes"], 7);
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(HttpFilters, StandDisabledWhereOneThatAsksSaysSo) {
  FilterNeed disabled = need("authn", "one");
  disabled.fragment.disabled = true;
  const auto filters = list({need("authn", "one"), disabled, need("authn", "two")});
  ASSERT_EQ(filters.size(), 3u);
  EXPECT_EQ(filters[0]["disabled"], true);
  EXPECT_FALSE(filters[1].contains("disabled"));
}

TEST_F(HttpFilters, AreWhatTheFragmentsSayThatCountAlone) {
  FilterNeed own = need("route", "one", R"({"max_request_bytes":7})");
  own.fragment.only = true;
  FilterNeed other = need("authn", "one", R"({"max_request_bytes":9})");
  other.fragment.disabled = true;
  const auto filters = list({other, own, need("authz", "two")});
  ASSERT_EQ(filters.size(), 3u);
  EXPECT_EQ(filters[0]["name"], "two");
  EXPECT_EQ(filters[1]["typedConfig"]["maxRequestBytes"], 7);
  EXPECT_FALSE(filters[1].contains("disabled"));
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(HttpFilters, AreAbsentWhereOneSaysSo) {
  FilterNeed absent = need("authn", "one");
  absent.fragment.absent = true;
  EXPECT_THAT(names({need("authn", "one"), absent, need("authn", "two")}),
              ElementsAre("two", "envoy.filters.http.router"));
  EXPECT_THAT(names({absent}), ElementsAre("envoy.filters.http.router"));
}

TEST_F(HttpFilters, OfUpstreamsEndWithTheCodec) {
  EXPECT_EQ(list({}, kUpstreamCodec)[0]["name"], "envoy.filters.http.upstream_codec");
}

TEST_F(HttpFilters, AnUnknownStageStandsBeforeTheRouter) { EXPECT_EQ(stage_order("nonsense"), stage_order("route")); }

}  // namespace
}  // namespace solder::engine::http_filters_test
