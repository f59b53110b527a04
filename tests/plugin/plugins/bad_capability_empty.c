#define PLUGIN_NAME "capability_empty"
#define PLUGIN_APPLY NULL
#include "base.h"
