/* Its manifest allows unmapping, its table does not say that the code can bear it: so it stays mapped.
 * And it would like a process of its own. */
#define PLUGIN_NAME "unflagged"
#define PLUGIN_FLAGS 0
#define PLUGIN_MORE "\"unload\":\"allowed\",\"isolation\":\"process\""
#include "base.h"
