/* Wants to stay mapped. */
#define PLUGIN_NAME "resident"
#define PLUGIN_MORE "\"unload\":\"never\""
#include "base.h"
