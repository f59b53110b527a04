#include "core/base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace solder::base {

size_t processors(size_t most) {
  if (most <= 1) return 1;
  // Those that the process may use, which in a container are fewer than the machine has.
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const bool known = ::sched_getaffinity(0, sizeof(allowed), &allowed) == 0;
  const size_t count = known ? static_cast<size_t>(CPU_COUNT(&allowed)) : std::thread::hardware_concurrency();
  return std::clamp<size_t>(count, 1, most);
}

void parallel_for(size_t count, size_t threads, const std::function<void(size_t)>& work) {
  std::atomic<size_t> taken{0}, front{0}, back{count};
  const auto run = [&](bool from_back) {
    while (taken++ < count) work(from_back ? --back : front++);
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < std::min(threads, count); ++i) others.emplace_back(run, i % 2 == 1);
  run(false);
  for (auto& thread : others) thread.join();
}

}  // namespace solder::base
