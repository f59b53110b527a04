// A C++ plugin that emits a fragment and then throws what the input's value says.
#include <stdexcept>
#include <string>

#include "solder/kinds/options.h"

namespace {

solder_status apply(void*, const solder_call* call, const solder_out* out) {
  const auto* input = SOLDER_AT(solder_option_input, call->in, 0);
  solder_item_fragment item{};
  item.head = {sizeof item, SOLDER_ITEM_FRAGMENT};
  item.slot = SOLDER_STR("route");
  out->emit(out->ctx, &item.head);
  if (solder_str_eq(input->value, "\"number\"")) throw 42;
  throw std::runtime_error("cannot handle " + std::string(input->value.data, input->value.len));
}

const solder_cap_options kOptions = {sizeof kOptions, 0, apply};

solder_status create(const solder_host*, solder_str, void**, const solder_out*) { return SOLDER_OK; }
void destroy(void*) { throw std::runtime_error("not even this"); }
const void* capability(void*, solder_str) { return &kOptions; }
const solder_plugin kPlugin = {sizeof(solder_plugin),
                               SOLDER_PLUGIN_UNLOADABLE,
                               0,
                               0,
                               SOLDER_STR("throws"),
                               SOLDER_STR("1.0.0"),
                               create,
                               destroy,
                               capability};

}  // namespace

SOLDER_EXPORT const solder_plugin* solder_plugin_entry_v1(uint32_t) noexcept { return &kPlugin; }
