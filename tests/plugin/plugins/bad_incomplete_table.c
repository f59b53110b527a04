#define PLUGIN_NAME "incomplete_table"
#define PLUGIN_CREATE NULL
#include "base.h"
