// A Solder plugin: it claims the route option `maintenance`, whose value is a text, and lets such a route answer 503 with it.
// manifest.json says what it claims; the schema there is checked before apply() is called.
#include <string>

#include "solder/draft/kinds/options.h"

namespace {

solder_str view(const std::string& text) { return {text.data(), text.size()}; }

// Gives each route of the batch its part of Envoy's configuration; what the route has else is the host's business.
solder_status apply(void*, const solder_call* call, const solder_out* out) {
  for (uint64_t i = 0; i < call->in.count; ++i) {
    const auto* route = SOLDER_AT(solder_option_input, call->in, i);
    // The value is a JSON string, quotes included, so it can stand in JSON as it is.
    const std::string value(route->value.data, route->value.len);
    const std::string json = R"({"directResponse": {"status": 503, "body": {"inlineString": )" + value + "}}}";
    solder_item_fragment fragment{};
    fragment.head = {sizeof fragment, SOLDER_ITEM_FRAGMENT};
    fragment.index = i;
    fragment.slot = SOLDER_STR("route");
    fragment.message.bytes = view(json);
    fragment.message.encoding = SOLDER_ENCODING_JSON;
    out->emit(out->ctx, &fragment.head);
  }
  return SOLDER_OK;
}

const solder_cap_options kOptions = {sizeof kOptions, 0, apply};

solder_status create(const solder_host*, solder_str, void** self, const solder_out*) {
  *self = nullptr;  // no state
  return SOLDER_OK;
}
void destroy(void*) {}
const void* capability(void*, solder_str id) { return solder_str_eq(id, SOLDER_CAP_OPTIONS) ? &kOptions : nullptr; }

const solder_plugin kPlugin = {sizeof(solder_plugin),
                               SOLDER_PLUGIN_UNLOADABLE,
                               0,
                               0,
                               SOLDER_STR("maintenance"),
                               SOLDER_STR("1.0.0"),
                               create,
                               destroy,
                               capability};

}  // namespace

SOLDER_EXPORT const solder_plugin* solder_plugin_entry_v1(uint32_t) noexcept { return &kPlugin; }
