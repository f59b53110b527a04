/* Linked with libprotobuf. The constructor shows that it is refused before any of its code runs. */
#include <stdlib.h>
#define PLUGIN_NAME "protobuf"
#include "base.h"
__attribute__((constructor)) static void must_not_run(void) { abort(); }
