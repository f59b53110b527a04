/* How the plugins beside this say something of a route. */
#ifndef SOLDER_TESTS_PLUGIN_PLUGINS_KIT_EMIT_H_
#define SOLDER_TESTS_PLUGIN_PLUGINS_KIT_EMIT_H_

#include <stdio.h>
#include <string.h>

#include "solder/items.h"
#include "solder/kinds/options.h"

static inline void emit_in(const solder_out *out, uint64_t index, solder_str slot, const char *json) {
  const solder_item_fragment item = {.head = {sizeof item, SOLDER_ITEM_FRAGMENT},
                                     .index = index,
                                     .slot = slot,
                                     .message = {.bytes = {json, strlen(json)}, .encoding = SOLDER_ENCODING_JSON}};
  out->emit(out->ctx, &item.head);
}

/* A route's statistics prefix is the number. */
static inline void emit_number(const solder_out *out, uint64_t index, uint64_t number) {
  char json[64];
  snprintf(json, sizeof json, "{\"stat_prefix\":\"%llu\"}", (unsigned long long)number);
  emit_in(out, index, (solder_str)SOLDER_STR("route"), json);
}

/* Defines an operation `name` that does `what` for each `input` at `i`. */
#define EACH_ROUTE(name, what)                                                            \
  static solder_status name(void *self, const solder_call *call, const solder_out *out) { \
    (void)self, (void)out;                                                                \
    for (uint64_t i = 0; i < call->in.count; i++) {                                       \
      const solder_option_input *input = SOLDER_AT(solder_option_input, call->in, i);     \
      (void)input;                                                                        \
      what;                                                                               \
    }                                                                                     \
    return SOLDER_OK;                                                                     \
  }

#endif
