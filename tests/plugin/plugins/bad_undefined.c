#define PLUGIN_NAME "undefined"
int function_that_nobody_has(void);
#define PLUGIN_RESULT (function_that_nobody_has() ? &plugin_table : NULL)
#include "base.h"
