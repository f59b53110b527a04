#define PLUGIN_NAME "other_major"
#define PLUGIN_ENTRY solder_plugin_entry_v2
#include "base.h"
