#include "core/engine/plugin_turn.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace solder::engine::plugin_turn_test {
namespace {

TEST(PluginTurnTest, OneHasTheTurnAndTheOthersGoOnAfterAMoment) {
  PluginTurns turns;
  const int plugin = 0, other = 0;
  {
    const PluginTurns::Turn mine(turns, &plugin);
    EXPECT_TRUE(mine.held());
    EXPECT_FALSE(PluginTurns::Turn(turns, &plugin).held()) << "who waits too long goes without";
  }
  EXPECT_TRUE(PluginTurns::Turn(turns, &plugin).held());
  EXPECT_TRUE(PluginTurns::Turn(turns, &other).held());
}

TEST(PluginTurnTest, IsHeldByOneAtATime) {
  PluginTurns turns;
  const int plugin = 0;
  int inside = 0, held = 0;  // guarded by the turn
  bool together = false;
  const auto work = [&] {
    for (int i = 0; i < 20'000; ++i) {
      const PluginTurns::Turn turn(turns, &plugin);
      if (!turn.held()) continue;
      together = together || ++inside > 1;
      ++held;
      --inside;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(together);
  EXPECT_GT(held, 0);
}

}  // namespace
}  // namespace solder::engine::plugin_turn_test
