/* Fails the kit's check longer-structs: it steps through a batch by the size that it knows. */
#include "emit.h"
static solder_status sizeof_apply(void *self, const solder_call *call, const solder_out *out) {
  (void)self;
  const solder_option_input *inputs = call->in.data;
  for (uint64_t i = 0; i < call->in.count; i++) emit_number(out, i, inputs[i].size == call->in.stride ? 1 : 0);
  return SOLDER_OK;
}
#define PLUGIN_APPLY sizeof_apply
#define PLUGIN_NAME "by_sizeof"
#define PLUGIN_SCHEMA "{\"type\":\"string\",\"examples\":[\"a\",\"b\",\"c\"]}"
#include "../base.h"
