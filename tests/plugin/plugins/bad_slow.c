/* Works on past its deadline, by the clock that the deadline is told in. */
#include <stddef.h>
#include <time.h>
#include "solder/plugin.h"
static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}
static solder_status slow_apply(void *self, const solder_call *call, const solder_out *out) {
  (void)self, (void)out;
  while (now() <= call->deadline_ns) {
  }
  return SOLDER_OK;
}
#define PLUGIN_NAME "slow"
#define PLUGIN_APPLY slow_apply
#include "base.h"
