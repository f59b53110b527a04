/* solder/services/loop.h - host service "solder.loop/1": timers. A plugin needs no thread of its own, so its
 * library can be unmapped.
 *
 * Strand: `fired` runs on a thread of the host, one at a time for each instance, and never while a call into that
 * instance runs. None runs before create() has returned SOLDER_OK and this generation of the plugin serves; while
 * another one does they wait, and they come if the host goes back to this one. None runs once destroy() has begun, for
 * the host cancels what is pending first and waits for the one that runs.
 * Deadline: the calls of the instance wait while `fired` runs. One that takes more than SOLDER_LOOP_ALLOWED_NS is
 * named in the log.
 * Ownership: `arg` stays the plugin's; the host only hands it back. The table lives until destroy() has returned.
 * Errors: `fired` throws nothing. An exception ends there, and is logged under the plugin's name.
 * Tested by tests/unit/host/timers_test.cc and tests/plugin/timers_test.cc.
 */
#ifndef SOLDER_SERVICES_LOOP_H_
#define SOLDER_SERVICES_LOOP_H_

#include "solder/abi.h"

#define SOLDER_SVC_LOOP "solder.loop/1"

enum {
  SOLDER_LOOP_MAX_TIMERS = 4096,      /* pending at once, for each instance */
  SOLDER_LOOP_ALLOWED_NS = 2000000000 /* for one `fired` */
};

typedef uint64_t solder_timer; /* never 0, never used again by the same instance */
typedef void (*solder_fired)(void *arg);

typedef struct solder_svc_loop {
  uint32_t size;
  uint32_t reserved;
  void *ctx;
  /* The clock of solder_call.deadline_ns. [any thread] */
  uint64_t (*now_ns)(void *ctx);
  /* Fires once, not before `delay_ns` has passed; a delay of more than a year counts as a year. Timers that are due
   * fire in the order of their times. OK; INVALID_ARGUMENT without `fired` or `timer`; RESOURCE_EXHAUSTED with
   * SOLDER_LOOP_MAX_TIMERS pending; CANCELLED once the instance is on its way out. [any thread] */
  solder_status (*start)(void *ctx, uint64_t delay_ns, solder_fired fired, void *arg, solder_timer *timer);
  /* One that has fired or was cancelled is left alone. Called inside the instance, that is from a call, from `fired`
   * or from destroy(), the timer does not fire any more. [any thread] */
  void (*cancel)(void *ctx, solder_timer timer);
} solder_svc_loop;

#define SOLDER_SVC_LOOP_SIZE_1_0 (offsetof(solder_svc_loop, cancel) + sizeof(void (*)(void)))

#endif
