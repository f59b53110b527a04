// What is written once for all, when it is written again, and what is kept.
#include "core/xds/response_cache.h"

#include <gtest/gtest.h>

namespace solder::xds::response_cache_test {
namespace {

Outgoing outgoing(const std::string& value, std::vector<std::string> removed = {}, int count = 20) {
  std::vector<ResourcePtr> resources;
  for (int i = 0; i < count; ++i) {
    resources.push_back(make_resource("route-" + std::to_string(i), base::Bytes(value + std::to_string(i))));
  }
  Outgoing out;
  out.content = make_content(std::move(resources), std::move(removed));
  out.version = 7;
  return out;
}

class Written {
 public:
  base::Bytes get(const ResourceType type, const Outgoing& out, bool delta = true) {
    return cache.get(ResponseCache::key_of(delta, type, out), [&] {
      ++times;
      return base::Bytes("response");
    });
  }
  ResponseCache cache;
  int times = 0;
};

TEST(ResponseCache, EqualContentIsWrittenOnce) {
  Written written;
  const auto first = written.get(ResourceType::kRoute, outgoing("a"));
  EXPECT_EQ(written.get(ResourceType::kRoute, outgoing("a")).pieces(), first.pieces());
  EXPECT_EQ(written.times, 1);
}

TEST(ResponseCache, AnythingElseIsAnotherResponse) {
  Written written;
  written.get(ResourceType::kRoute, outgoing("a"));
  written.get(ResourceType::kRoute, outgoing("b"));
  written.get(ResourceType::kCluster, outgoing("a"));
  written.get(ResourceType::kRoute, outgoing("a"), false);
  written.get(ResourceType::kRoute, outgoing("a", {"x"}));
  Outgoing newer = outgoing("a");
  newer.version = 8;
  written.get(ResourceType::kRoute, newer);
  newer = outgoing("a", {}, 19);
  written.get(ResourceType::kRoute, newer);
  EXPECT_EQ(written.times, 7);
}

TEST(ResponseCache, KeepsFewAndNothingOnceCleared) {
  Written written;
  for (int i = 0; i < 100; ++i) written.get(ResourceType::kRoute, outgoing(std::to_string(i)));
  written.get(ResourceType::kRoute, outgoing("99"));
  EXPECT_EQ(written.times, 100);
  written.get(ResourceType::kRoute, outgoing("0"));
  EXPECT_EQ(written.times, 101);
  written.cache.clear();
  written.get(ResourceType::kRoute, outgoing("0"));
  EXPECT_EQ(written.times, 102);
}

TEST(ResponseCache, SmallResponsesAreNotWorthIt) {
  EXPECT_TRUE(ResponseCache::is_for(outgoing("a")));
  EXPECT_FALSE(ResponseCache::is_for({}));
}

}  // namespace
}  // namespace solder::xds::response_cache_test
