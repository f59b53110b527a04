/* A whole, right plugin of one option key. The files beside this one define a macro or two before they include it, so
 * that each is wrong in just the way that its name says. Used by tests/plugin. */
#ifndef SOLDER_TESTS_PLUGIN_PLUGINS_BASE_H_
#define SOLDER_TESTS_PLUGIN_PLUGINS_BASE_H_

#include <stddef.h>

#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"
#include "solder/manifest.h"

#ifndef PLUGIN_NAME
#error "define PLUGIN_NAME"
#endif
#ifndef PLUGIN_KEY
#define PLUGIN_KEY PLUGIN_NAME
#endif
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION "1.0.0"
#endif
#ifndef PLUGIN_JSON /* what it gives for a route */
#define PLUGIN_JSON "{}"
#endif
#ifndef PLUGIN_ABI
#define PLUGIN_ABI "{\"major\":1,\"minor\":0}"
#endif
#ifndef PLUGIN_MORE /* further members of the manifest */
#define PLUGIN_MORE "\"unload\":\"allowed\""
#endif
#ifndef PLUGIN_SCHEMA /* of the value */
#define PLUGIN_SCHEMA "true"
#endif
#ifndef PLUGIN_PROVIDES /* further capabilities */
#define PLUGIN_PROVIDES ""
#endif
#ifndef PLUGIN_MANIFEST
#define PLUGIN_MANIFEST                                                                                \
  "{\"manifest_version\":1,\"name\":\"" PLUGIN_NAME "\",\"version\":\"" PLUGIN_VERSION                 \
  "\",\"summary\":\"a test\",\"abi\":" PLUGIN_ABI                                                      \
  ",\"provides\":[{\"id\":\"solder.options/1\",\"claims\":[{\"scope\":\"route\",\"key\":\"" PLUGIN_KEY \
  "\",\"schema\":" PLUGIN_SCHEMA "}]}" PLUGIN_PROVIDES "]," PLUGIN_MORE "}"
#endif
#ifndef PLUGIN_NO_MANIFEST
SOLDER_MANIFEST(PLUGIN_MANIFEST);
#endif

#ifndef PLUGIN_APPLY
/* One route fragment for each input. */
static solder_status apply(void *self, const solder_call *call, const solder_out *out) {
  (void)self;
  for (uint64_t i = 0; i < call->in.count; i++) {
    solder_item_fragment item = {.head = {sizeof item, SOLDER_ITEM_FRAGMENT},
                                 .index = i,
                                 .slot = SOLDER_STR("route"),
                                 .message = {.bytes = SOLDER_STR(PLUGIN_JSON), .encoding = SOLDER_ENCODING_JSON}};
    out->emit(out->ctx, &item.head);
  }
  return SOLDER_OK;
}
#define PLUGIN_APPLY apply
#endif

#ifndef PLUGIN_OPTIONS_SIZE
#define PLUGIN_OPTIONS_SIZE sizeof(solder_cap_options)
#endif
static const solder_cap_options options_table = {PLUGIN_OPTIONS_SIZE, 0, PLUGIN_APPLY};

#ifndef PLUGIN_CREATE
static solder_status create(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  *self = NULL;
  return SOLDER_OK;
}
#define PLUGIN_CREATE create
#endif

#ifndef PLUGIN_DESTROY
static void destroy(void *self) { (void)self; }
#define PLUGIN_DESTROY destroy
#endif

#ifndef PLUGIN_CAPABILITY
static const void *capability(void *self, solder_str id) {
  (void)self;
  return solder_str_eq(id, SOLDER_CAP_OPTIONS) ? &options_table : NULL;
}
#define PLUGIN_CAPABILITY capability
#endif

#ifndef PLUGIN_SIZE
#define PLUGIN_SIZE sizeof(solder_plugin)
#endif
#ifndef PLUGIN_MINOR
#define PLUGIN_MINOR 0
#endif
#ifndef PLUGIN_FLAGS
#define PLUGIN_FLAGS SOLDER_PLUGIN_UNLOADABLE
#endif
#ifndef PLUGIN_TABLE_NAME
#define PLUGIN_TABLE_NAME PLUGIN_NAME
#endif
static const solder_plugin plugin_table = {
    PLUGIN_SIZE,   PLUGIN_FLAGS,   PLUGIN_MINOR,     0, SOLDER_STR(PLUGIN_TABLE_NAME), SOLDER_STR(PLUGIN_VERSION),
    PLUGIN_CREATE, PLUGIN_DESTROY, PLUGIN_CAPABILITY};

#ifndef PLUGIN_RESULT
#define PLUGIN_RESULT &plugin_table
#endif
#ifndef PLUGIN_ENTRY
#define PLUGIN_ENTRY solder_plugin_entry_v1
#endif
SOLDER_EXPORT const solder_plugin *PLUGIN_ENTRY(uint32_t host_abi_minor) SOLDER_NOEXCEPT {
  (void)host_abi_minor;
  return PLUGIN_RESULT;
}

#endif
