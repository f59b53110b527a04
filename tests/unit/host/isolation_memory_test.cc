// What an isolated plugin last gave is kept for what is asked, and for nothing else.
#include "core/host/isolation/memory.h"

#include <gtest/gtest.h>

namespace solder::host::isolation {
namespace {

TEST(IsolationMemory, WhatIsNoLongerAskedIsForgotten) {
  Memory memory;
  ItemOutput output;
  output.objects = {"o"};
  memory.keep("a", output, {{0, false, {"K", "n", "x"}, {}}});
  memory.keep("b", output, {});
  ASSERT_NE(memory.find("a"), nullptr);
  EXPECT_EQ(memory.find("a")->output.objects, output.objects);
  EXPECT_EQ(memory.find("a")->questions.size(), 1u);
  EXPECT_EQ(memory.find("c"), nullptr);
  memory.begin_round();
  memory.find("a");
  memory.end_round();
  EXPECT_EQ(memory.size(), 1u);
  EXPECT_NE(memory.find("a"), nullptr);
}

// Edits go on for ever and memory does not grow with them.
TEST(IsolationMemory, AsksForARoundWhenMostOfItIsOld) {
  Memory memory;
  size_t most = 0;
  for (int i = 0; i < 100000; ++i) {
    memory.keep("edit " + std::to_string(i), {}, {});
    if (memory.wants_round()) {
      memory.begin_round();
      for (int k = 0; k < 10; ++k) memory.keep("kept " + std::to_string(k), {}, {});
      memory.end_round();
      EXPECT_EQ(memory.size(), 10u);
    }
    most = std::max(most, memory.size());
  }
  EXPECT_LT(most, 5000u);
}

}  // namespace
}  // namespace solder::host::isolation
