// Freed memory goes back to the system.
#include "core/base/memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <vector>

namespace solder::base {
namespace {

size_t resident_pages() {
  size_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident;
}

TEST(Memory, IsGivenBack) {
  std::vector<std::unique_ptr<char[]>> blocks;
  for (int i = 0; i < 200'000; ++i) {
    blocks.push_back(std::make_unique<char[]>(200));
    blocks.back()[0] = 1;
  }
  // The last block holds the end of the heap where it is.
  const std::unique_ptr<char[]> last = std::move(blocks.back());
  const size_t before = resident_pages();
  blocks.clear();
  give_back_memory();
  const size_t megabytes = 30;
  EXPECT_LT(resident_pages() + (megabytes << 20) / static_cast<size_t>(getpagesize()), before);
}

}  // namespace
}  // namespace solder::base
