#include "core/engine/host_run.h"

#include <gtest/gtest.h>

#include <set>

namespace solder::engine {
namespace {

PlannedHost host(int number, const std::string& domain = "") {
  const std::string name = "service-" + std::to_string(1000 + number);
  return {{"VirtualService", "ns", name}, {domain.empty() ? name + ".test" : domain}};
}

std::shared_ptr<const HostSettings> settings(const std::string& routes = "routes") {
  auto out = std::make_shared<HostSettings>();
  out->route_configuration = routes;
  return out;
}

PlannedPart cut(std::vector<PlannedHost> hosts, const PlannedPart* before = nullptr,
                const std::string& routes = "routes") {
  PlannedPart part;
  cut_into_runs(std::move(hosts), settings(routes), before, part);
  return part;
}

std::vector<PlannedHost> hosts(int count) {
  std::vector<PlannedHost> out;
  for (int i = 0; i < count; ++i) out.push_back(host(i));
  return out;
}

size_t same_runs(const PlannedPart& a, const PlannedPart& b) {
  std::set<const PlannedRun*> known;
  for (const auto& run : a.runs) known.insert(run.get());
  size_t same = 0;
  for (const auto& run : b.runs) same += known.count(run.get());
  return same;
}

TEST(HostRunTest, RunsHoldAllHostsInTheirOrder) {
  const auto all = hosts(1000);
  const PlannedPart part = cut(all);
  std::vector<std::string> names;
  for_each_host(part, [&](const PlannedHost& one) { names.push_back(one.virtual_service.name); });
  ASSERT_EQ(names.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(names[i], all[i].virtual_service.name);
  EXPECT_GT(part.runs.size(), 1000u / 64);
  EXPECT_LT(part.runs.size(), 1000u / 16 + 1);
  for (const auto& run : part.runs) EXPECT_EQ(part.run(run->id), run);
  EXPECT_EQ(part.run(1), nullptr);
  EXPECT_TRUE(cut({}).runs.empty());
}

TEST(HostRunTest, EqualHostsAreTheSameRuns) {
  const PlannedPart before = cut(hosts(500));
  EXPECT_EQ(same_runs(before, cut(hosts(500), &before)), before.runs.size());
}

TEST(HostRunTest, AHostThatComesOrGoesTouchesFewRuns) {
  const PlannedPart before = cut(hosts(2000));
  for (int at = 0; at < 2000; at += 97) {
    auto fewer = hosts(2000);
    fewer.erase(fewer.begin() + at);
    const PlannedPart gone = cut(fewer, &before);
    EXPECT_GE(same_runs(before, gone) + 12, before.runs.size()) << at;
    const PlannedPart back = cut(hosts(2000), &gone);
    EXPECT_GE(same_runs(gone, back) + 12, back.runs.size()) << at;
  }
}

TEST(HostRunTest, AnotherDomainIsAnotherRunAndNothingElse) {
  const PlannedPart before = cut(hosts(500));
  auto changed = hosts(500);
  changed[250] = host(250, "other.test");
  const PlannedPart after = cut(changed, &before);
  EXPECT_EQ(same_runs(before, after), before.runs.size() - 1);
  for (size_t i = 0; i < before.runs.size(); ++i)
    EXPECT_EQ(before.runs[i] == after.runs[i], before.runs[i]->hash == after.runs[i]->hash);
}

TEST(HostRunTest, OtherSettingsAreOtherRuns) {
  const PlannedPart before = cut(hosts(100));
  const PlannedPart after = cut(hosts(100), &before, "other-routes");
  EXPECT_EQ(same_runs(before, after), 0u);
  EXPECT_EQ(after.runs.front()->settings->route_configuration, "other-routes");
}

}  // namespace
}  // namespace solder::engine
