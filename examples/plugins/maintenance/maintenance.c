/* A whole Solder plugin in one C file. It claims the route option `maintenance`, whose value is a text:
 *
 *   options:
 *     maintenance: back at noon
 *
 * and lets such a route answer 503 with that text. Build it with nothing but the installed headers:
 *
 *   gcc -std=c11 -shared -fPIC -fvisibility=hidden -I PREFIX/include maintenance.c -o maintenance.so
 *
 * drop the file into Solder's plugin directory, and look at it with `solder plugin list`.
 */
#include <stdio.h>

#include "solder/kinds/options.h"
#include "solder/manifest.h"

/* Read without running any of this. The schema is checked before apply() is called. */
SOLDER_MANIFEST(
    "{\"manifest_version\": 1, \"name\": \"maintenance\", \"version\": \"1.0.0\","
    " \"summary\": \"Routes that answer: we are working on it\","
    " \"abi\": {\"major\": 1, \"minor\": 0},"
    " \"provides\": [{\"id\": \"solder.options/1\", \"claims\": ["
    "   {\"scope\": \"route\", \"key\": \"maintenance\", \"schema\": {\"type\": \"string\"}}]}],"
    " \"unload\": \"allowed\"}");

/* Gives each route of the batch its part of Envoy's configuration; what the route has else is the host's business. */
static solder_status apply(void *self, const solder_call *call, const solder_out *out) {
  (void)self;
  for (uint64_t i = 0; i < call->in.count; i++) {
    const solder_option_input *route = SOLDER_AT(solder_option_input, call->in, i);
    char json[4096];
    /* The value is a JSON string, quotes included, so it can stand in JSON as it is. */
    const int length =
        snprintf(json, sizeof json, "{\"directResponse\": {\"status\": 503, \"body\": {\"inlineString\": %.*s}}}",
                 (int)route->value.len, route->value.data);
    if (length < 0 || length >= (int)sizeof json) {
      const solder_diag diag = {.size = sizeof diag,
                                .severity = SOLDER_SEVERITY_ERROR,
                                .index = i,
                                .reason = SOLDER_STR("TextTooLong"),
                                .message = SOLDER_STR("the text is too long for an answer"),
                                .expected = SOLDER_STR("at most 4000 bytes")};
      out->diag(out->ctx, &diag);
      continue;
    }
    const solder_item_fragment fragment = {
        .head = {sizeof fragment, SOLDER_ITEM_FRAGMENT},
        .index = i,
        .slot = SOLDER_STR("route"),
        .message = {.bytes = {json, (uint64_t)length}, .encoding = SOLDER_ENCODING_JSON}};
    out->emit(out->ctx, &fragment.head);
  }
  return SOLDER_OK;
}

static solder_status create(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  *self = NULL; /* no state */
  return SOLDER_OK;
}

static void destroy(void *self) { (void)self; }

static const solder_cap_options kOptions = {sizeof kOptions, 0, apply};

static const void *capability(void *self, solder_str id) {
  (void)self;
  return solder_str_eq(id, SOLDER_CAP_OPTIONS) ? &kOptions : NULL;
}

static const solder_plugin kPlugin = {.size = sizeof kPlugin,
                                      .flags = SOLDER_PLUGIN_UNLOADABLE,
                                      .name = SOLDER_STR("maintenance"),
                                      .version = SOLDER_STR("1.0.0"),
                                      .create = create,
                                      .destroy = destroy,
                                      .capability = capability};

const solder_plugin *solder_plugin_entry_v1(uint32_t host_abi_minor) {
  (void)host_abi_minor;
  return &kPlugin;
}
