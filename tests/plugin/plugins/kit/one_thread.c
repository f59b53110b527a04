/* Fails the kit's check any-thread: it knows only the thread that made it. */
#include "emit.h"
static _Thread_local uint64_t mine;
EACH_ROUTE(mine_apply, emit_number(out, i, mine))
static solder_status make(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  *self = NULL;
  mine = 1;
  return SOLDER_OK;
}
#define PLUGIN_APPLY mine_apply
#define PLUGIN_CREATE make
#define PLUGIN_NAME "one_thread"
#include "../base.h"
