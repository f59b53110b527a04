// A C++ plugin whose create throws through the C boundary.
#include <stdexcept>

#include "solder/kinds/options.h"

namespace {

solder_status create(const solder_host*, solder_str, void**, const solder_out*) {
  throw std::runtime_error("no such region: \"mars\"");
}
void destroy(void*) {}
const void* capability(void*, solder_str) { return nullptr; }
const solder_plugin kPlugin = {sizeof(solder_plugin),
                               SOLDER_PLUGIN_UNLOADABLE,
                               0,
                               0,
                               SOLDER_STR("create_throws"),
                               SOLDER_STR("1.0.0"),
                               create,
                               destroy,
                               capability};

}  // namespace

SOLDER_EXPORT const solder_plugin* solder_plugin_entry_v1(uint32_t) noexcept { return &kPlugin; }
