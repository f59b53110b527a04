// Work on several threads: everything once, done when the call returns.
#include "core/base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace solder::base {
namespace {

TEST(Parallel, EverythingOnce) {
  for (const size_t threads : {size_t{1}, size_t{4}}) {
    std::vector<std::atomic<int>> done(1000);
    parallel_for(done.size(), threads, [&](size_t i) { ++done[i]; });
    for (const auto& each : done) EXPECT_EQ(each, 1);
  }
}

TEST(Parallel, NothingIsFine) {
  parallel_for(0, 4, [](size_t) { FAIL(); });
}

TEST(Parallel, SeveralThreadsTakePart) {
  std::atomic<size_t> waiting{0};
  std::set<std::thread::id> seen;
  std::mutex mutex;
  // Ends only when all three are at work at the same time.
  parallel_for(3, 3, [&](size_t) {
    ++waiting;
    while (waiting < 3) std::this_thread::yield();
    const std::lock_guard lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(seen.size(), 3U);
}

TEST(Parallel, ProcessorsAreBounded) {
  EXPECT_EQ(processors(1), 1U);
  EXPECT_GE(processors(64), 1U);
  EXPECT_LE(processors(3), 3U);
}

}  // namespace
}  // namespace solder::base
