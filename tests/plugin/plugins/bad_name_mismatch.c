#define PLUGIN_NAME "name_mismatch"
#define PLUGIN_TABLE_NAME "somebody_else"
#include "base.h"
