// What the allocator keeps of freed memory, and what there is for more. Any thread.
// Tested by tests/unit/base/memory_test.cc.
#pragma once

#include <cstddef>

namespace solder::base {

// Gives back to the system what was freed. For when much has become less: it takes milliseconds.
void give_back_memory();

// Whether the machine, and the limit of the process's control group where it has one, leave so much more to it.
bool has_memory_for(size_t bytes);
// What the process has now.
size_t resident_memory();

}  // namespace solder::base
