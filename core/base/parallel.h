// Work that is done on several threads at once, and is done when the call returns.
// Tested by tests/unit/base/parallel_test.cc.
#pragma once

#include <cstddef>
#include <functional>

namespace solder::base {

// The threads that this machine runs at once, at least 1 and at most `most`.
size_t processors(size_t most);

// Calls `work(i)` for each i below `count`, smaller ones first, on `threads` threads, of which the caller's is one.
void parallel_for(size_t count, size_t threads, const std::function<void(size_t)>& work);

}  // namespace solder::base
