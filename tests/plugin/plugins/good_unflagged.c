/* Its manifest allows unmapping, its table does not say that the code can bear it: so it stays mapped. */
#define PLUGIN_NAME "unflagged"
#define PLUGIN_FLAGS 0
#include "base.h"
