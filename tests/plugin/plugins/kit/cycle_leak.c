/* Fails the kit's check cycles: each generation leaves 64 kB behind. */
#include <stdlib.h>
#include <string.h>
#include "solder/plugin.h"
static char *volatile lost;
static solder_status make(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  *self = NULL;
  lost = malloc(65536);
  if (lost != NULL) memset(lost, 1, 65536);
  return SOLDER_OK;
}
#define PLUGIN_CREATE make
#define PLUGIN_NAME "cycle_leak"
#include "../base.h"
