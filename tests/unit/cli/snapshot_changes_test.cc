#include "cli/snapshot_changes.h"

#include <gtest/gtest.h>

#include "tests/unit/cli/snapshots.h"

namespace solder::cli::snapshot_changes_test {
namespace {

class SnapshotChangesTest : public ::testing::Test {
 protected:
  // Clusters by name, with their connect timeouts.
  xds::SnapshotsByRole role(const std::map<std::string, std::string>& clusters, const std::string& name = "ns~proxy") {
    Snapshots made(types_);
    for (const auto& [cluster, timeout] : clusters) {
      made.add(xds::ResourceType::kCluster, "name",
               R"({"name":")" + cluster + R"(","connectTimeout":")" + timeout + R"("})");
    }
    return {{name, made.snapshot()}};
  }
  services::MessageTypes types_;
};

TEST_F(SnapshotChangesTest, Counts) {
  const auto before = role({{"a", "1s"}, {"b", "1s"}, {"c", "1s"}});
  const auto after = role({{"b", "1s"}, {"c", "2s"}, {"d", "1s"}, {"e", "1s"}});
  const auto changes = count_changes(&before, after);
  EXPECT_EQ(3u, changes.changed);
  EXPECT_EQ(1u, changes.removed);
}

TEST_F(SnapshotChangesTest, EqualWorldsAndTheFirst) {
  const auto world = role({{"a", "1s"}, {"b", "1s"}});
  EXPECT_EQ(0u, count_changes(&world, role({{"a", "1s"}, {"b", "1s"}})).changed);
  EXPECT_EQ(2u, count_changes(nullptr, world).changed);
}

TEST_F(SnapshotChangesTest, ARoleThatIsGone) {
  const auto before = role({{"a", "1s"}, {"b", "1s"}}, "ns~old");
  const auto changes = count_changes(&before, role({{"a", "1s"}}));
  EXPECT_EQ(1u, changes.changed);
  EXPECT_EQ(2u, changes.removed);
}

}  // namespace
}  // namespace solder::cli::snapshot_changes_test
