/* A generation that is never done with being made. */
#include <unistd.h>

#include "solder/plugin.h"

static solder_status hang(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)self, (void)out;
  while (pause() != 0) {  // a signal ends it, and nothing else
  }
  return SOLDER_INTERNAL;
}
#define PLUGIN_CREATE hang
#define PLUGIN_NAME "swap"
#define PLUGIN_VERSION "5.0.0"
#include "base.h"
