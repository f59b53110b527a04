#include "core/base/background.h"

#include <sched.h>
#include <sys/resource.h>

namespace solder::base {

constexpr int kNiceness = 10;

// On Linux both are the thread's own (sched(7)).
void work_in_background() {
  ::setpriority(PRIO_PROCESS, 0, kNiceness);
  const sched_param none{};
  ::sched_setscheduler(0, SCHED_BATCH, &none);
}

}  // namespace solder::base
