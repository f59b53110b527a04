/* Fails the kit's check order: what it says depends on the place in the batch. */
#include "emit.h"
EACH_ROUTE(place_apply, emit_number(out, i, i))
#define PLUGIN_APPLY place_apply
#define PLUGIN_NAME "sees_neighbours"
#define PLUGIN_SCHEMA "{\"type\":\"string\",\"examples\":[\"a\",\"b\",\"c\"]}"
#include "../base.h"
