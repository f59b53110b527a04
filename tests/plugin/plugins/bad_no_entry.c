/* The entry is there, but not exported. */
#define PLUGIN_NAME "no_entry"
#define PLUGIN_ENTRY plugin_entry
#include "base.h"
