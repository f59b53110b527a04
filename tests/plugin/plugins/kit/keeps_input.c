/* Fails the kit's check inputs-borrowed: it reads the input of the call before. */
#include "emit.h"
static const volatile char *last;
EACH_ROUTE(keep_apply, {
  if (last != NULL) (void)*last;
  last = input->value.data;
})
#define PLUGIN_APPLY keep_apply
#define PLUGIN_NAME "keeps_input"
#define PLUGIN_SCHEMA "{\"type\":\"string\",\"examples\":[\"a\"]}"
#include "../base.h"
