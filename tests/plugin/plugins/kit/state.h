/* A plugin that keeps a state: RESTORE says what it does with one. */
#include "emit.h"
#include "solder/kinds/state.h"

static solder_status save_state(void *self, void *ctx, void (*write)(void *ctx, solder_str bytes)) {
  (void)self;
  write(ctx, (solder_str)SOLDER_STR("state"));
  return SOLDER_OK;
}
static solder_status restore_state(void *self, solder_str version, solder_str state) {
  (void)self, (void)version, (void)state;
  return RESTORE;
}
static const solder_cap_state state_table = {sizeof state_table, 0, save_state, restore_state};
static const void *give(void *self, solder_str id);
#define PLUGIN_CAPABILITY give
#define PLUGIN_PROVIDES ",{\"id\":\"solder.state/1\"}"
#include "../base.h"
static const void *give(void *self, solder_str id) {
  (void)self;
  if (solder_str_eq(id, SOLDER_CAP_STATE)) return &state_table;
  return solder_str_eq(id, SOLDER_CAP_OPTIONS) ? &options_table : NULL;
}
