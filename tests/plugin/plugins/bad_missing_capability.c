#define PLUGIN_NAME "missing_capability"
#include <stddef.h>
#include "solder/plugin.h"
static const void *no_capability(void *self, solder_str id) {
  (void)self, (void)id;
  return NULL;
}
#define PLUGIN_CAPABILITY no_capability
#include "base.h"
static const void *use_of_the_table(void) { return &options_table; }
const void *(*hidden_use)(void) = use_of_the_table;
