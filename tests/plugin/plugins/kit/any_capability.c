/* Fails the kit's check unknown-capabilities: it looks at the beginning of an id. */
#include <string.h>
#include "solder/kinds/options.h"
static const void *any(void *self, solder_str id);
#define PLUGIN_CAPABILITY any
#define PLUGIN_NAME "any_capability"
#include "../base.h"
static const void *any(void *self, solder_str id) {
  (void)self;
  const size_t length = sizeof SOLDER_CAP_OPTIONS - 1;
  return id.len >= length && memcmp(id.data, SOLDER_CAP_OPTIONS, length) == 0 ? &options_table : NULL;
}
