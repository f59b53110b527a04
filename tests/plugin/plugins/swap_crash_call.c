/* A generation that takes the process with it when it is asked for something. */
#include <stdlib.h>

#include "solder/plugin.h"

static solder_status crash(void *self, const solder_call *call, const solder_out *out) {
  (void)self, (void)call, (void)out;
  abort();
}
#define PLUGIN_APPLY crash
#define PLUGIN_NAME "swap"
#define PLUGIN_VERSION "4.0.0"
#include "base.h"
