// Work that is done on several threads at once, and is done when the call returns.
// Tested by tests/unit/base/parallel_test.cc.
#pragma once

#include <cstddef>
#include <functional>

namespace solder::base {

// The threads that this machine runs at once, at least 1 and at most `most`.
size_t processors(size_t most);

// Calls `work(i)` for each i below `count` on `threads` threads, of which the caller's is one. Half of them begin at
// each end: neighbours are often of one kind and would wait for each other at the lock of its plugin.
void parallel_for(size_t count, size_t threads, const std::function<void(size_t)>& work);

}  // namespace solder::base
