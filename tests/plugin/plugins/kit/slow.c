/* Fails the kit's check in-time: ten milliseconds for each input. */
#include <unistd.h>
#include "emit.h"
EACH_ROUTE(slow_apply, usleep(10000))
#define PLUGIN_APPLY slow_apply
#define PLUGIN_NAME "kit_slow"
#define PLUGIN_SCHEMA "{\"type\":\"string\",\"maxLength\":2,\"examples\":[\"a\"]}"
#include "../base.h"
