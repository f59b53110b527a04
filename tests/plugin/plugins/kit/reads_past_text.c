/* Fails the kit's check text-ends: it looks for the NUL that is not there. */
#include "emit.h"
EACH_ROUTE(past_apply, {
  volatile char last = input->value.data[input->value.len];
  (void)last;
  emit_number(out, i, 1);
})
#define PLUGIN_APPLY past_apply
#define PLUGIN_NAME "reads_past_text"
#define PLUGIN_SCHEMA "{\"type\":\"string\",\"examples\":[\"a\"]}"
#include "../base.h"
