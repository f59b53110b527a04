/* Fails the kit's check answers: routes have no slot "roof". */
#define PLUGIN_NAME "wrong_slot"
#include "emit.h"
static solder_status wrong_apply(void *self, const solder_call *call, const solder_out *out) {
  (void)self;
  for (uint64_t i = 0; i < call->in.count; i++) emit_in(out, i, (solder_str)SOLDER_STR("roof"), "{}");
  return SOLDER_OK;
}
#define PLUGIN_APPLY wrong_apply
#include "../base.h"
