#include "core/xds/snapshot.h"

#include <gtest/gtest.h>

#include "core/base/hash.h"
#include "core/xds/set_hash.h"
#include "tests/feature/xds/test_world.h"

namespace solder::xds::testing {
namespace {

ResourceSetPtr set_of(const Values& values, const ResourceSetPtr& previous = nullptr) {
  std::map<std::string, ResourcePtr, std::less<>> resources;
  for (const auto& [name, value] : values) resources[name] = make_resource(name, base::Bytes(value));
  return make_resource_set(std::move(resources), previous);
}

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

TEST(Snapshot, ASetIsVersionedByNamesAndContent) {
  const auto set = set_of({{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(set->hash, set_of({{"b", "2"}, {"a", "1"}})->hash);
  EXPECT_NE(set->hash, set_of({{"a", "1"}})->hash);
  EXPECT_NE(set->hash, set_of({{"a", "2"}, {"b", "1"}})->hash);
  EXPECT_NE(set->hash, set_of({{"a", "1"}, {"c", "2"}})->hash);
  SetHash hash;
  for (const auto& [name, resource] : set->by_name) hash.add(name, resource->hash);
  EXPECT_EQ(hash.value(), set->hash);
}

TEST(Snapshot, AnEqualSetKeepsItsPointer) {
  const auto first = set_of({{"a", "1"}});
  EXPECT_EQ(set_of({{"a", "1"}}, first), first);
  EXPECT_NE(set_of({{"a", "2"}}, first), first);
  EXPECT_EQ(set_of({})->hash, set_of({}, first)->hash);
}

}  // namespace
}  // namespace solder::xds::testing
