/* The second generation gives something else. */
#define PLUGIN_NAME "swap"
#define PLUGIN_VERSION "2.0.0"
#define PLUGIN_JSON "{\"stat_prefix\":\"two\"}"
#include "base.h"
