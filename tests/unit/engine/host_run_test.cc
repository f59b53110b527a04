#include "core/engine/host_run.h"

#include <gtest/gtest.h>

#include <set>

namespace solder::engine::host_run_test {
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

PlannedPart plan(std::vector<PlannedHost> hosts, const PlannedPart* before = nullptr,
                 const std::string& routes = "routes", const LostDomains& lost = {}) {
  PlannedPart part;
  plan_runs(cut_into_runs(std::move(hosts)), lost, settings(routes), before, part);
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

std::vector<std::string> names_of(const PlannedPart& part) {
  std::vector<std::string> names;
  for_each_host(part, [&](const PlannedHost& one) { names.push_back(one.virtual_service.name); });
  return names;
}

TEST(HostRunTest, RunsHoldAllHostsInTheirOrder) {
  const auto all = hosts(1000);
  const PlannedPart part = plan(all);
  const auto names = names_of(part);
  ASSERT_EQ(names.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(names[i], all[i].virtual_service.name);
  EXPECT_GT(part.runs.size(), 1000u / 64);
  EXPECT_LT(part.runs.size(), 1000u / 16 + 1);
  for (const auto& run : part.runs) EXPECT_EQ(part.run(run->id), run);
  EXPECT_EQ(part.run(1), nullptr);
  EXPECT_TRUE(plan({}).runs.empty());
}

TEST(HostRunTest, EqualHostsAreTheSameRuns) {
  const PlannedPart before = plan(hosts(500));
  EXPECT_EQ(same_runs(before, plan(hosts(500), &before)), before.runs.size());
}

TEST(HostRunTest, AHostThatComesOrGoesTouchesFewRuns) {
  const PlannedPart before = plan(hosts(2000));
  for (int at = 0; at < 2000; at += 97) {
    auto fewer = hosts(2000);
    fewer.erase(fewer.begin() + at);
    const PlannedPart gone = plan(fewer, &before);
    EXPECT_GE(same_runs(before, gone) + 12, before.runs.size()) << at;
    const PlannedPart back = plan(hosts(2000), &gone);
    EXPECT_GE(same_runs(gone, back) + 12, back.runs.size()) << at;
  }
}

TEST(HostRunTest, AnotherDomainIsAnotherRunAndNothingElse) {
  const PlannedPart before = plan(hosts(500));
  auto changed = hosts(500);
  changed[250] = host(250, "other.test");
  const PlannedPart after = plan(changed, &before);
  EXPECT_EQ(same_runs(before, after), before.runs.size() - 1);
  for (size_t i = 0; i < before.runs.size(); ++i)
    EXPECT_EQ(before.runs[i] == after.runs[i], before.runs[i]->hash == after.runs[i]->hash);
}

TEST(HostRunTest, OtherSettingsAreOtherRuns) {
  const PlannedPart before = plan(hosts(100));
  const PlannedPart after = plan(hosts(100), &before, "other-routes");
  EXPECT_EQ(same_runs(before, after), 0u);
  EXPECT_EQ(after.runs.front()->settings->route_configuration, "other-routes");
}

TEST(HostRunTest, AHostWithoutItsDomainsIsLeftOutUntilItHasThemAgain) {
  auto all = hosts(200);
  all[0].domains = {"Shared.test", "own.test"};
  const PlannedPart before = plan(all);
  const Claimant first{0, 0}, second{0, 1};
  const LostDomains lost{{first, {"shared.test"}}, {second, {"service-1001.test"}}};
  const PlannedPart after = plan(all, &before, "routes", lost);
  const auto names = names_of(after);
  EXPECT_EQ(names.size(), 199u);
  EXPECT_EQ(names[1], "service-1002");
  EXPECT_EQ(after.runs.front()->hosts->front().domains, std::vector<std::string>{"own.test"});
  EXPECT_EQ(same_runs(before, after), before.runs.size() - 1);
  const PlannedPart again = plan(all, &after);
  EXPECT_EQ(names_of(again).size(), 200u);
  EXPECT_EQ(again.runs.front()->hash, before.runs.front()->hash);
}

TEST(HostRunTest, WildcardsAreThoseOfTheHostsThatStand) {
  auto all = hosts(100);
  all[50].domains = {"*.wild.test"};
  const PlannedPart before = plan(all);
  EXPECT_TRUE(before.wildcards.cover("a.wild.test"));
  EXPECT_TRUE(plan(all, &before).wildcards.cover("a.wild.test"));
  EXPECT_FALSE(plan(hosts(100), &before).wildcards.cover("a.wild.test"));
}

}  // namespace
}  // namespace solder::engine::host_run_test
