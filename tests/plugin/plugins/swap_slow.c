/* A generation whose calls take longer than tests allow. */
#include <time.h>

#include "solder/plugin.h"

static solder_status dawdle(void *self, const solder_call *call, const solder_out *out) {
  (void)self, (void)call, (void)out;
  const struct timespec time = {0, 100000000};
  nanosleep(&time, NULL);
  return SOLDER_OK;
}
#define PLUGIN_APPLY dawdle
#define PLUGIN_NAME "swap"
#define PLUGIN_VERSION "8.0.0"
#include "base.h"
