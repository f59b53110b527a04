/* Shows what it is given: its configuration, the host's answer for a service, and what a lookup finds. Emits for each
 * input a fragment with that text, and a diagnostic with every member set. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "solder/items.h"
static char seen[512];
static solder_status reading_create(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  solder_str id = SOLDER_STR("solder.unheard-of/1");
  solder_diag diag = {.size = sizeof diag,
                      .severity = SOLDER_SEVERITY_WARNING,
                      .field = SOLDER_STR("/colour"),
                      .reason = SOLDER_STR("Old"),
                      .message = SOLDER_STR("is no longer used")};
  (void)snprintf(seen, sizeof seen, "%.*s %.*s %s %u.%u", (int)host->name.len, host->name.data, (int)config.len,
                 config.data, host->service(host->ctx, id) == NULL ? "no service" : "a service", host->abi_major,
                 host->abi_minor);
  solder_str line = SOLDER_STR("created");
  host->log(host->ctx, SOLDER_LOG_INFO, line);
  out->diag(out->ctx, &diag);
  *self = seen;
  return SOLDER_OK;
}
static solder_status reading_apply(void *self, const solder_call *call, const solder_out *out) {
  for (uint64_t i = 0; i < call->in.count; i++) {
    solder_ref ref = {SOLDER_STR("Upstream"), SOLDER_STR("ns"), SOLDER_STR("wanted")};
    solder_object found = {.size = sizeof found};
    char text[1024];
    const solder_status status = call->lookup(call->ctx, i, &ref, &found);
    (void)snprintf(text, sizeof text, "%s %d %.*s %.*s", (const char *)self, (int)status, (int)found.ref.name.len,
                   found.ref.name.len == 0 ? "" : found.ref.name.data, (int)found.json.len,
                   found.json.len == 0 ? "" : found.json.data);
    solder_str clear[2] = {SOLDER_STR("a.b"), SOLDER_STR("c")};
    solder_item_fragment item = {
        .head = {sizeof item, SOLDER_ITEM_FRAGMENT},
        .index = i,
        .slot = SOLDER_STR("http_filter/cors"),
        .name = SOLDER_STR("envoy.filters.http.cors"),
        .message = {SOLDER_STR("type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"),
                    {text, strlen(text)},
                    SOLDER_ENCODING_WIRE,
                    0},
        .clear = {clear, 2, sizeof clear[0]},
        .weight = -1,
        .field = SOLDER_STR("/allow")};
    solder_diag diag = {.size = sizeof diag,
                        .severity = SOLDER_SEVERITY_WARNING,
                        .index = i,
                        .field = SOLDER_STR("/allow/0"),
                        .reason = SOLDER_STR("Strange"),
                        .message = SOLDER_STR("looks strange"),
                        .found = SOLDER_STR("x"),
                        .expected = SOLDER_STR("y"),
                        .related = {SOLDER_STR("Secret"), SOLDER_STR("ns"), SOLDER_STR("s")}};
    out->emit(out->ctx, &item.head);
    out->diag(out->ctx, &diag);
  }
  return SOLDER_OK;
}
#define PLUGIN_NAME "reader"
#define PLUGIN_CREATE reading_create
#define PLUGIN_APPLY reading_apply
#include "base.h"
