/* Fails the kit's check instances: they share a global. */
#include "emit.h"
static uint64_t made;
EACH_ROUTE(made_apply, emit_number(out, i, made > 1 ? 1 : 0))
static solder_status make(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  *self = NULL;
  made++;
  return SOLDER_OK;
}
static void end(void *self) {
  (void)self;
  made--;
}
#define PLUGIN_APPLY made_apply
#define PLUGIN_CREATE make
#define PLUGIN_DESTROY end
#define PLUGIN_NAME "shared_instances"
#include "../base.h"
