/* Fails the kit's check repeatable: it counts what it was asked. */
#include "emit.h"
static uint64_t count;
EACH_ROUTE(count_apply, emit_number(out, i, ++count))
#define PLUGIN_APPLY count_apply
#define PLUGIN_NAME "counts_calls"
#include "../base.h"
