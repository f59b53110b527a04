#define PLUGIN_NAME "declined"
#define PLUGIN_RESULT (host_abi_minor > 1000 ? &plugin_table : NULL)
#include "base.h"
