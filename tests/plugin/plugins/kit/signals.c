/* Fails the kit's check signals. */
#include <signal.h>
#include <stddef.h>
#include "solder/plugin.h"
static solder_status make(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  *self = NULL;
  signal(SIGUSR2, SIG_IGN);
  return SOLDER_OK;
}
#define PLUGIN_CREATE make
#define PLUGIN_NAME "signals"
#include "../base.h"
