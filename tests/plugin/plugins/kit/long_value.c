/* Fails the kit's check odd-values: its schema lets texts through that it has no room for. */
#include <stdlib.h>
#include "emit.h"
EACH_ROUTE(long_apply, if (input->value.len > 100) abort())
#define PLUGIN_APPLY long_apply
#define PLUGIN_NAME "long_value"
#define PLUGIN_SCHEMA "{\"type\":\"string\",\"examples\":[\"a\"]}"
#include "../base.h"
