/* A generation whose static constructor takes the process with it. */
#include <stdlib.h>
#define PLUGIN_NAME "swap"
#define PLUGIN_VERSION "3.0.0"
#include "base.h"

__attribute__((constructor)) static void crash(void) { abort(); }
