#include "core/engine/service_runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>

namespace solder::engine::service_runs_test {
namespace {

model::ObjectRef ref(const std::string& ns, const std::string& name) { return {"VirtualService", ns, name}; }

struct World {
  Graph graph;
  Inputs<int, RunList> list{graph};
  Inputs<uint64_t, RefList> runs{graph};
  ServiceRuns services;

  void set(const model::ObjectRef& one, bool present) { services.set(one, present); }
  // All that is told, in its order.
  std::vector<std::vector<model::ObjectRef>> told() {
    services.publish(list, runs);
    std::vector<std::vector<model::ObjectRef>> all;
    if (const auto now = list.peek(0)) {
      for (const uint64_t id : now->ids) all.push_back(runs.peek(id)->refs);
    }
    return all;
  }
};

std::vector<model::ObjectRef> joined(const std::vector<std::vector<model::ObjectRef>>& runs) {
  std::vector<model::ObjectRef> all;
  for (const auto& run : runs) all.insert(all.end(), run.begin(), run.end());
  return all;
}

TEST(ServiceRunsTest, StandInGloosOrder) {
  World world;
  const auto first = ref("a-b", "x"), second = ref("a", "b"), third = ref("a", "x");
  for (const auto& one : {third, second, first}) world.set(one, true);
  EXPECT_EQ(joined(world.told()), (std::vector{first, second, third}));  // "-" is before "."
}

TEST(ServiceRunsTest, NothingToTellIsNothing) {
  World world;
  EXPECT_TRUE(world.told().empty());
  world.set(ref("a", "b"), true);
  world.set(ref("a", "b"), false);
  EXPECT_TRUE(world.told().empty());
}

TEST(ServiceRunsTest, OneThatComesIsAnotherRunAndNotAnotherWorld) {
  World world;
  for (int i = 0; i < 2000; ++i) world.set(ref("ns", "service-" + std::to_string(i)), true);
  const auto before = world.told();
  EXPECT_GT(before.size(), 2000u / 64);
  world.set(ref("ns", "service-1000-more"), true);
  const auto after = world.told();
  const std::set<std::vector<model::ObjectRef>> known(before.begin(), before.end());
  const auto others = std::count_if(after.begin(), after.end(), [&](const auto& run) { return known.count(run) == 0; });
  EXPECT_GE(others, 1);
  EXPECT_LE(others, 12);
}

TEST(ServiceRunsTest, AfterManyChangesAreTheRunsOfAFreshStart) {
  std::mt19937 random(3);
  World world;
  std::set<model::ObjectRef> there;
  for (int step = 0; step < 60; ++step) {
    for (unsigned changes = random() % 50; changes > 0; --changes) {
      const auto one = ref(random() % 2 == 0 ? "ns" : "ns-b", "service-" + std::to_string(random() % 900));
      const bool comes = random() % 3 != 0;
      world.set(one, comes);
      comes ? static_cast<void>(there.insert(one)) : static_cast<void>(there.erase(one));
    }
    World fresh;
    for (const auto& one : there) fresh.set(one, true);
    const auto told = world.told();
    ASSERT_EQ(told, fresh.told()) << step;
    ASSERT_EQ(joined(told).size(), there.size());
  }
}

}  // namespace
}  // namespace solder::engine::service_runs_test
