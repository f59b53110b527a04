/* A generation that counts how often its state was taken over, and tells it as its output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solder/kinds/options.h"
#include "solder/kinds/state.h"

struct swap_state {
  int handed_over;
};

static solder_status make(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  *self = calloc(1, sizeof(struct swap_state));
  return *self == NULL ? SOLDER_RESOURCE_EXHAUSTED : SOLDER_OK;
}

static solder_status tell(void *self, const solder_call *call, const solder_out *out) {
  char json[64];
  const int length = snprintf(json, sizeof json, "{\"stat_prefix\":\"%d\"}", ((struct swap_state *)self)->handed_over);
  for (uint64_t i = 0; i < call->in.count; i++) {
    solder_item_fragment item = {.head = {sizeof item, SOLDER_ITEM_FRAGMENT},
                                 .index = i,
                                 .slot = SOLDER_STR("route"),
                                 .message = {.bytes = {json, (uint64_t)length}, .encoding = SOLDER_ENCODING_JSON}};
    out->emit(out->ctx, &item.head);
  }
  return SOLDER_OK;
}

static solder_status save(void *self, void *ctx, void (*write)(void *ctx, solder_str bytes)) {
  write(ctx, (solder_str){self, sizeof(struct swap_state)});
  return SOLDER_OK;
}

static solder_status restore(void *self, solder_str version, solder_str state) {
  if (version.len == 0 || state.len != sizeof(struct swap_state)) return SOLDER_INVALID_ARGUMENT;
  memcpy(self, state.data, state.len);
  ((struct swap_state *)self)->handed_over++;
  return SOLDER_OK;
}

static const solder_cap_state state_table = {sizeof state_table, 0, save, restore};
static const solder_cap_options tell_table;

static const void *give(void *self, solder_str id) {
  (void)self;
  if (solder_str_eq(id, SOLDER_CAP_STATE)) return &state_table;
  return solder_str_eq(id, SOLDER_CAP_OPTIONS) ? &tell_table : NULL;
}
static const solder_cap_options tell_table = {sizeof tell_table, 0, tell};

#define PLUGIN_CREATE make
#define PLUGIN_APPLY tell
#define PLUGIN_CAPABILITY give
#define PLUGIN_DESTROY free
#define PLUGIN_NAME "swap"
#define PLUGIN_VERSION "9.0.0"
#define PLUGIN_MANIFEST                                                                       \
  "{\"manifest_version\":1,\"name\":\"swap\",\"version\":\"9.0.0\",\"summary\":\"a test\","   \
  "\"abi\":{\"major\":1,\"minor\":0},\"provides\":[{\"id\":\"solder.options/1\",\"claims\":[" \
  "{\"scope\":\"route\",\"key\":\"swap\",\"schema\":true}]},{\"id\":\"solder.state/1\"}],"    \
  "\"unload\":\"allowed\"}"
#include "base.h"
