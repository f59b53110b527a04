/* Fails the kit's check inputs-unwritten: it writes what stands there already. */
#include "emit.h"
EACH_ROUTE(write_apply, {
  volatile char *text = (volatile char *)(uintptr_t)input->value.data;
  text[0] = text[0];
})
#define PLUGIN_APPLY write_apply
#define PLUGIN_NAME "writes_input"
#define PLUGIN_SCHEMA "{\"type\":\"string\",\"examples\":[\"a\"]}"
#include "../base.h"
