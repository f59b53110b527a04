#define PLUGIN_NAME "table_minor"
#define PLUGIN_MINOR 9
#include "base.h"
