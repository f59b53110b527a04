/* Fails the kit's check leaks: half a kilobyte for each input. */
#include <stdlib.h>
#include "emit.h"
static char *volatile lost;
EACH_ROUTE(leak_apply, {
  lost = malloc(512);
  if (lost != NULL) memset(lost, 1, 512);
})
#define PLUGIN_APPLY leak_apply
#define PLUGIN_NAME "leaks"
#include "../base.h"
