#include "core/xds/snapshot.h"

#include <gtest/gtest.h>

#include "core/base/hash.h"
#include "tests/feature/xds/test_world.h"

namespace solder::xds::testing::snapshot_test {
namespace {

TEST(Snapshot, TypesAndUrlsBelongTogether) {
  for (size_t i = 0; i < kResourceTypeCount; ++i) {
    const auto type = static_cast<ResourceType>(i);
    EXPECT_EQ(type_of(type_url(type)), type);
    EXPECT_EQ(type_url(type).substr(0, 26), "type.googleapis.com/envoy.");
    EXPECT_FALSE(plural(type).empty());
  }
  EXPECT_EQ(type_url(ResourceType::kCluster), "type.googleapis.com/envoy.config.cluster.v3.Cluster");
  EXPECT_EQ(plural(ResourceType::kExtensionConfig), "extensionConfigs");
  EXPECT_EQ(type_of(""), std::nullopt);
  EXPECT_EQ(type_of("envoy.config.cluster.v3.Cluster"), std::nullopt);
}

TEST(Snapshot, AResourceIsVersionedByItsContent) {
  const auto one = make_resource("a", base::Bytes("text"));
  EXPECT_EQ(one->hash, base::hash_bytes("text"));
  // However its bytes are cut into pieces.
  base::Bytes pieces("te");
  pieces.append(std::string("xt"));
  EXPECT_EQ(make_resource("b", pieces)->hash, one->hash);
  EXPECT_NE(make_resource("a", base::Bytes("other"))->hash, one->hash);
}

}  // namespace
}  // namespace solder::xds::testing::snapshot_test
