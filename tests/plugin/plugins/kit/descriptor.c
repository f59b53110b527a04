/* Fails the kit's check descriptors: a file stays open while an instance lives. */
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>
#include "solder/plugin.h"
static solder_status make(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  *self = (void *)(intptr_t)open("/dev/null", O_RDONLY | O_CLOEXEC);
  return SOLDER_OK;
}
static void end(void *self) { close((int)(intptr_t)self); }
#define PLUGIN_CREATE make
#define PLUGIN_DESTROY end
#define PLUGIN_NAME "descriptor"
#include "../base.h"
