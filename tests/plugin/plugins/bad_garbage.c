/* Emits the garbage that the input's value names, and behind it a good fragment whose bytes are the status that the
 * host gave for the garbage: the mistake of one item must cost only itself. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "solder/items.h"
#include "solder/kinds/options.h"

#define TEXT(literal) ((solder_str)SOLDER_STR(literal))

static solder_item_fragment fragment(uint64_t index) {
  solder_item_fragment item = {
      .head = {sizeof item, SOLDER_ITEM_FRAGMENT}, .index = index, .slot = SOLDER_STR("route")};
  return item;
}

static solder_item_fragment in_slot(uint64_t index, solder_str slot, solder_str name, solder_str type_url) {
  solder_item_fragment item = fragment(index);
  item.slot = slot;
  item.name = name;
  item.message.type_url = type_url;
  return item;
}

/* One mistake in a fragment; 1 where the mode is one of these. */
static int make_fragment(const solder_option_input *input, uint64_t index, solder_item_fragment *item) {
  static const char two_bytes[] = {'\xc3', '\x28'};
  const solder_str bad_utf8 = {two_bytes, sizeof two_bytes}, none = {NULL, 0};
  const solder_str cors = SOLDER_STR("type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors");
#define MODE(word) solder_str_eq(input->value, "\"" word "\"")
  *item = fragment(index);
  if (MODE("index")) return item->index = 1000, 1;
  if (MODE("huge_index")) return item->index = ~(uint64_t)0, 1;
  if (MODE("size_zero")) return item->head.size = 0, 1;
  if (MODE("size_huge")) return item->head.size = 0xffffffffu, 1;
  if (MODE("size_short")) return item->head.size = 24, 1;
  if (MODE("type")) return item->head.type = 77, 1;
  if (MODE("null_data")) return item->message.bytes = (solder_str){NULL, 5}, 1;
  if (MODE("null_slot")) return item->slot = (solder_str){NULL, 5}, 1;
  if (MODE("huge_length")) return item->message.bytes = (solder_str){two_bytes, (uint64_t)1 << 60}, 1;
  if (MODE("utf8_slot")) return item->slot = bad_utf8, 1;
  if (MODE("utf8_json")) return item->message = (solder_typed){none, bad_utf8, SOLDER_ENCODING_JSON, 0}, 1;
  if (MODE("encoding")) return item->message.encoding = 9, 1;
  if (MODE("field")) return item->field = TEXT("allow"), 1;
  if (MODE("clear")) return item->clear = (solder_span){NULL, 3, sizeof(solder_str)}, 1;
  if (MODE("clear_stride")) return item->clear = (solder_span){&bad_utf8, 1, 0}, 1;
  if (MODE("type_url")) return item->message.type_url = TEXT("envoy.config.route.v3.Route"), 1;
  if (MODE("other_type"))
    return item->message.type_url = TEXT("type.googleapis.com/envoy.config.cluster.v3.Cluster"), 1;
  if (MODE("name")) return item->name = TEXT("envoy.filters.http.cors"), 1;
  if (MODE("cluster")) return *item = in_slot(index, TEXT("cluster"), none, none), 1;
  if (MODE("redirect")) return *item = in_slot(index, TEXT("redirect_action"), none, none), 1;
  if (MODE("unknown_slot")) return *item = in_slot(index, TEXT("roof"), none, none), 1;
  if (MODE("no_slot_name")) return *item = in_slot(index, TEXT("per_filter/"), none, cors), 1;
  if (MODE("no_type")) return *item = in_slot(index, TEXT("per_filter/x"), none, none), 1;
  if (MODE("stage")) return *item = in_slot(index, TEXT("http_filter/dessert"), TEXT("x"), cors), 1;
  if (MODE("no_filter_name")) return *item = in_slot(index, TEXT("http_filter/cors"), none, cors), 1;
  return 0;
}

/* One mistake in a diagnostic; 1 where the mode is one of these. */
static int make_diag(const solder_option_input *input, uint64_t index, solder_diag *diag) {
  *diag = (solder_diag){.size = sizeof *diag,
                        .severity = SOLDER_SEVERITY_ERROR,
                        .index = index,
                        .reason = SOLDER_STR("Odd"),
                        .message = SOLDER_STR("is odd")};
  if (MODE("diag_size")) return diag->size = 3, 1;
  if (MODE("diag_index")) return diag->index = 1000, 1;
  if (MODE("diag_severity")) return diag->severity = 12, 1;
  if (MODE("diag_reason")) return diag->reason = TEXT("not a word"), 1;
  if (MODE("diag_text")) return diag->message = (solder_str){NULL, 9}, 1;
  if (MODE("diag_utf8")) return diag->message = TEXT("caf\xe9"), 1;
  return 0;
}

static solder_status emit_garbage(const solder_option_input *input, uint64_t index, const solder_out *out) {
  solder_item_fragment item;
  solder_diag diag;
  solder_item_secret_use use = {.head = {sizeof use, SOLDER_ITEM_SECRET_USE},
                                .index = index,
                                .sds_name = SOLDER_STR("s"),
                                .ref = {SOLDER_STR("Secret"), SOLDER_STR("ns"), SOLDER_STR("s")},
                                .form = SOLDER_SECRET_GENERIC};
  if (make_fragment(input, index, &item)) return out->emit(out->ctx, &item.head);
  if (make_diag(input, index, &diag)) return out->diag(out->ctx, &diag), SOLDER_OK;
  if (MODE("null_item")) return out->emit(out->ctx, NULL);
  if (MODE("null_diag")) return out->diag(out->ctx, NULL), SOLDER_OK;
  solder_item_secret_field filled = {.head = {sizeof filled, SOLDER_ITEM_SECRET_FIELD},
                                     .index = index,
                                     .resource = SOLDER_STR("config"),
                                     .path = SOLDER_STR("key"),
                                     .ref = {SOLDER_STR("Secret"), SOLDER_STR("ns"), SOLDER_STR("s")},
                                     .key = SOLDER_STR("value")};
  if (MODE("secret_field")) return out->emit(out->ctx, &filled.head);
  if (MODE("secret")) return out->emit(out->ctx, &use.head);
  if (MODE("flood")) {
    solder_status status = SOLDER_OK;
    item = fragment(index);
    while (status == SOLDER_OK) status = out->emit(out->ctx, &item.head);
    return status;
  }
  return SOLDER_OK;
}

static solder_status garbage_apply(void *self, const solder_call *call, const solder_out *out) {
  (void)self;
  for (uint64_t i = 0; i < call->in.count; i++) {
    const solder_option_input *input = SOLDER_AT(solder_option_input, call->in, i);
    char text[16];
    solder_item_fragment good = fragment(i);
    (void)snprintf(text, sizeof text, "%d", (int)emit_garbage(input, i, out));
    good.message.bytes = (solder_str){text, strlen(text)};
    out->emit(out->ctx, &good.head);
    if (MODE("status")) return SOLDER_INTERNAL;
    if (MODE("odd_status")) return -77;
  }
  return SOLDER_OK;
}

#define PLUGIN_NAME "garbage"
#define PLUGIN_APPLY garbage_apply
#include "base.h"
