/* Needs a library that is not where the loader looks. */
#define PLUGIN_NAME "open_failed"
int solder_test_absent(void);
#define PLUGIN_RESULT (solder_test_absent() ? &plugin_table : NULL)
#include "base.h"
