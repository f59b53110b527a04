#include "core/engine/domain_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "core/engine/wildcard_domains.h"

namespace solder::engine::domain_index_test {
namespace {

std::shared_ptr<const SelectedRun> run(const std::vector<std::vector<std::string>>& domains) {
  std::vector<PlannedHost> hosts;
  for (const auto& own : domains) {
    hosts.push_back({{"VirtualService", "ns", "service-" + std::to_string(hosts.size())}, own});
  }
  return make_selected_run(0, std::move(hosts));
}

TEST(DomainIndexTest, NamesThoseThatShareADomain) {
  DomainIndex index;
  index.update({run({{"a.test"}, {"b.test", "shared.test"}}), run({{"c.test"}, {"Shared.test"}})});
  const auto shared = index.shared();
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared.begin()->first, "shared.test");
  EXPECT_EQ(shared.begin()->second, (std::vector<Claimant>{{0, 1}, {1, 1}}));
}

TEST(DomainIndexTest, AHostThatHasADomainTwiceSharesItWithNobody) {
  DomainIndex index;
  index.update({run({{"a.test", "A.test"}})});
  EXPECT_TRUE(index.shared().empty());
}

TEST(DomainIndexTest, FollowsWhatChanges) {
  DomainIndex index;
  const auto first = run({{"a.test"}}), second = run({{"b.test"}}), third = run({{"a.test"}});
  index.update({first, second, third});
  EXPECT_EQ(index.shared().size(), 1u);
  index.update({first, second});
  EXPECT_TRUE(index.shared().empty());
  index.update({third, first});
  EXPECT_EQ(index.shared().size(), 1u);
  index.update({});
  EXPECT_TRUE(index.shared().empty());
}

// Beside a count from the beginning.
TEST(DomainIndexTest, AfterManyChangesSaysWhatANewOneSays) {
  std::mt19937 random(7);
  const auto any = [&](unsigned below) { return static_cast<size_t>(random() % below); };
  const auto domain = [&] { return "domain-" + std::to_string(any(40)) + ".test"; };
  SelectedRuns runs;
  DomainIndex index;
  for (int step = 0; step < 300; ++step) {
    const size_t at = any(static_cast<unsigned>(runs.size() + 1));
    if (any(3) == 0 && at < runs.size()) {
      runs.erase(runs.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      runs.insert(runs.begin() + static_cast<std::ptrdiff_t>(at), run({{domain()}, {domain(), domain()}}));
    }
    if (runs.size() > 12) runs.resize(6);
    index.update(runs);
    DomainIndex::Claims expected;
    for (size_t i = 0; i < runs.size(); ++i) {
      for (size_t host = 0; host < runs[i]->hosts->size(); ++host) {
        const auto& own = (*runs[i]->hosts)[host].domains;
        for (const auto& one : std::set<std::string>(own.begin(), own.end())) expected[one].push_back({i, host});
      }
    }
    std::erase_if(expected, [](const auto& each) { return each.second.size() < 2; });
    ASSERT_EQ(index.shared(), expected) << step;
  }
}

}  // namespace
}  // namespace solder::engine::domain_index_test
