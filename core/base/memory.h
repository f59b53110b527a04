// What the allocator keeps of freed memory. Any thread.
// Tested by tests/unit/base/memory_test.cc.
#pragma once

namespace solder::base {

// Gives back to the system what was freed. For when much has become less: it takes milliseconds.
void give_back_memory();

}  // namespace solder::base
