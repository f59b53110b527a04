#define PLUGIN_NAME "capability_size"
#define PLUGIN_OPTIONS_SIZE 4
#include "base.h"
