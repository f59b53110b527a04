/* The first of several generations of one plugin. */
#define PLUGIN_NAME "swap"
#define PLUGIN_JSON "{\"stat_prefix\":\"one\"}"
#include "base.h"
