#include "cli/discovery_turn.h"

#include <gtest/gtest.h>

#include <vector>

namespace solder::cli::discovery_turn_test {
namespace {

TEST(DiscoveryTurn, NeedsBoth) {
  std::vector<bool> told;
  DiscoveryTurn turn([&told](bool discovers) { told.push_back(discovers); });
  turn.leads(true);
  turn.holds(true);
  turn.leads(false);
  turn.holds(false);
  turn.leads(true);
  EXPECT_EQ(told, (std::vector<bool>{false, true, false, false, false}));
}

}  // namespace
}  // namespace solder::cli::discovery_turn_test
