/* Fails the kit's check environment. */
#include <stdlib.h>
#include "solder/plugin.h"
static solder_status make(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  *self = NULL;
  return setenv("SOLDER_TEST_LEFT_BEHIND", "1", 1) == 0 ? SOLDER_OK : SOLDER_INTERNAL;
}
#define PLUGIN_CREATE make
#define PLUGIN_NAME "environment"
#include "../base.h"
