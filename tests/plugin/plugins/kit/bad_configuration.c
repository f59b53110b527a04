/* Fails the kit's check odd-configuration: anything but {} ends the process. */
#include <stdlib.h>
#include "solder/plugin.h"
static solder_status make(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)out;
  if (!solder_str_eq(config, "{}")) abort();
  *self = NULL;
  return SOLDER_OK;
}
#define PLUGIN_CREATE make
#define PLUGIN_NAME "bad_configuration"
#include "../base.h"
