#define PLUGIN_NAME "huge_table"
#define PLUGIN_SIZE 0xfffffff0u
#include "base.h"
