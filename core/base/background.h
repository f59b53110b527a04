// Threads whose work nobody waits for. Tested by tests/unit/base/background_test.cc.
#pragma once

namespace solder::base {

// The calling thread works when no other needs the processor, and its waking interrupts none. Where the system does not
// allow that it goes on as before.
void work_in_background();

}  // namespace solder::base
