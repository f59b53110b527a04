// Freed memory goes back to the system.
#include "core/base/memory.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace solder::base {
namespace {

TEST(Memory, IsGivenBack) {
  std::vector<std::unique_ptr<char[]>> blocks;
  for (int i = 0; i < 200'000; ++i) {
    blocks.push_back(std::make_unique<char[]>(200));
    blocks.back()[0] = 1;
  }
  // The last block holds the end of the heap where it is.
  const std::unique_ptr<char[]> last = std::move(blocks.back());
  const size_t before = resident_memory();
  blocks.clear();
  give_back_memory();
  EXPECT_LT(resident_memory() + (size_t{30} << 20), before);
}

TEST(Memory, ThereIsSomeButNotWithoutEnd) {
  EXPECT_TRUE(has_memory_for(size_t{1} << 20));
  EXPECT_FALSE(has_memory_for(size_t{1} << 50));
}

}  // namespace
}  // namespace solder::base
