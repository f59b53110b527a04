#include "cli/refused_parts.h"

#include <gtest/gtest.h>

namespace solder::cli::refused_parts_test {
namespace {

using xds::ResourceType;

xds::NodeRefuses node(const std::string& id, const std::string& peer, std::vector<xds::Culprit> culprits,
                      const std::string& role = "ns~proxy") {
  return {id, role, peer, std::move(culprits)};
}

xds::Culprit cluster(const std::string& name, const std::string& words = "no") {
  return {ResourceType::kCluster, name, {name}, words};
}

// Both roles are served cluster x, the second one y as well.
const xds::SnapshotsByRole& served() {
  static const xds::SnapshotsByRole kServed = [] {
    const auto snapshot = [](const std::vector<std::string>& clusters) {
      auto made = std::make_shared<xds::Snapshot>();
      auto& set = made->types[static_cast<size_t>(ResourceType::kCluster)];
      for (const auto& name : clusters) set = set.with(xds::make_resource(name, base::Bytes(name)));
      return made;
    };
    return xds::SnapshotsByRole{{"ns~proxy", snapshot({"x"})}, {"ns~other", snapshot({"x", "y"})}};
  }();
  return kServed;
}

std::vector<engine::RefusedPart> refused_parts(const std::vector<xds::NodeRefuses>& nodes) {
  return cli::refused_parts(nodes, served());
}

TEST(RefusedPartsTest, OnePartNamesAllThatRefuseItAndCountsThoseThatDoNot) {
  const auto parts =
      refused_parts({node("a", "1", {cluster("x")}), node("b", "2", {}), node("c", "3", {cluster("x")})});
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].name, "x");
  EXPECT_EQ(parts[0].words, "no");
  EXPECT_EQ(parts[0].nodes, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(parts[0].connected, 3U);
}

TEST(RefusedPartsTest, NodesCountWhereTheirRoleIsServedIt) {
  auto parts = refused_parts({node("a", "1", {cluster("x")}), node("b", "2", {}, "ns~other")});
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].connected, 2U);
  parts = refused_parts({node("a", "1", {}), node("b", "2", {cluster("y")}, "ns~other")});
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].connected, 1U);
}

TEST(RefusedPartsTest, WhatIsNoLongerServedIsRefusedByThoseWhoRefuseIt) {
  const auto parts = refused_parts({node("a", "1", {cluster("gone")}), node("b", "2", {})});
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].connected, 1U);
}

TEST(RefusedPartsTest, StreamsOfOneConnectionAreOneNodeAndEqualIdsAreNot) {
  const auto parts =
      refused_parts({node("a", "1", {cluster("x")}), node("a", "1", {}), node("a", "2", {cluster("x")})});
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].nodes.size(), 2U);
  EXPECT_EQ(parts[0].connected, 2U);
}

}  // namespace
}  // namespace solder::cli::refused_parts_test
