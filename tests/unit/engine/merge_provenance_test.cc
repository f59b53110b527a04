// Who set which field.
#include <gtest/gtest.h>

#include "tests/unit/engine/merge_fixture.h"

namespace solder::engine::testing::merge_provenance_test {
namespace {

using Lines = std::vector<std::string>;

TEST(Provenance, NamesEachLeaf) {
  const Merged merged = merge_parts(
      kCluster,
      {{"a",
        R"({"name":"x","commonLbConfig":{"updateMergeWindow":"1s"},"metadata":{"filterMetadata":{"ns":{"k":1},"empty":{}}}})"},
       {"b",
        R"({"commonLbConfig":{"healthyPanicThreshold":{"value":5}},"metadata":{"filterMetadata":{"ns":{"l":true}}},"transportSocketMatches":[{"name":"m"}]})"},
       {"c", R"({"transportSocketMatches":[{"name":"n"},{"name":"o"}],"upstreamConnectionOptions":{}})"}});
  EXPECT_EQ(
      provenance_of(merged),
      (Lines{"common_lb_config.healthy_panic_threshold.value: b", "common_lb_config.update_merge_window: a",
             "metadata.filter_metadata[empty]: a", "metadata.filter_metadata[ns].fields[k].number_value: a",
             "metadata.filter_metadata[ns].fields[l].bool_value: b", "name: a", "transport_socket_matches[0]: b",
             "transport_socket_matches[1]: c", "transport_socket_matches[2]: c", "upstream_connection_options: c"}));
}

TEST(Provenance, FollowsTheLast) {
  const Merged merged = merge_parts(kAction, {{"a", R"({"timeout":"1s","cluster":"x","prefixRewrite":"/"})"},
                                              {"b", R"({"timeout":"2s","clusterHeader":"y"})", {"prefix_rewrite"}}});
  EXPECT_EQ(provenance_of(merged), (Lines{"cluster_header: b", "timeout: b"}));
}

TEST(Provenance, CarriesTheWholeOrigin) {
  const Merged merged = merge_parts(kAction, {{"a", R"({"cluster":"x"})"}});
  ASSERT_EQ(merged.provenance.size(), 1u);
  EXPECT_EQ(merged.provenance[0].origin, (Origin{"a", {"VirtualService", "ns", "vs"}, "/options/a"}));
}

TEST(Provenance, OfPackedNumbersIsByElement) {
  const Merged merged = merge_parts("envoy.config.route.v3.RetryPolicy", {{"a", R"({"retriableStatusCodes":[1,2]})"},
                                                                          {"b", R"({"retriableStatusCodes":[3]})"}});
  EXPECT_EQ(provenance_of(merged),
            (Lines{"retriable_status_codes[0]: a", "retriable_status_codes[1]: a", "retriable_status_codes[2]: b"}));
}

TEST(Provenance, LeavesOutBadFragments) {
  Fragment bad;
  bad.bytes = "\xff";
  bad.origin.plugin = "bad";
  const Merged merged = merge_all(type(kAction), {fragment(type(kAction), {"a", R"({"cluster":"x"})"}), bad});
  EXPECT_EQ(provenance_of(merged), (Lines{"cluster: a"}));
}

TEST(Conflicts, CarryBothOrigins) {
  const Merged merged = merge_parts(kAction, {{"a", R"({"cluster":"x"})"}, {"b", R"({"cluster":"y"})"}});
  ASSERT_EQ(merged.conflicts.size(), 1u);
  EXPECT_EQ(merged.conflicts[0].earlier.field, "/options/a");
  EXPECT_EQ(merged.conflicts[0].later.field, "/options/b");
}

}  // namespace
}  // namespace solder::engine::testing::merge_provenance_test
