#define PLUGIN_NAME "small_table"
#define PLUGIN_SIZE 24
#include "base.h"
