/* A generation whose library cannot leave the process. */
#define PLUGIN_NAME "swap"
#define PLUGIN_VERSION "7.0.0"
#define PLUGIN_MORE "\"unload\":\"never\""
#include "base.h"
