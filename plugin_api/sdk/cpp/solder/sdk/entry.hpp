// solder/sdk/entry.hpp - SOLDER_PLUGIN: the one exported symbol. Once in a library, outside of any namespace; name and
// version are the manifest's. The class holds nothing mutable that instances share.
#ifndef SOLDER_SDK_ENTRY_HPP_
#define SOLDER_SDK_ENTRY_HPP_

#include "solder/sdk/plugin.hpp"

#define SOLDER_PLUGIN(Class, plugin_name, plugin_version)                        \
  SOLDER_EXPORT const solder_plugin* solder_plugin_entry_v1(uint32_t) noexcept { \
    using solder_tables = ::solder::sdk::internal::Tables<Class>;                \
    static constexpr solder_plugin kPlugin = {sizeof(solder_plugin),             \
                                              SOLDER_PLUGIN_UNLOADABLE,          \
                                              0,                                 \
                                              0,                                 \
                                              SOLDER_STR(plugin_name),           \
                                              SOLDER_STR(plugin_version),        \
                                              &solder_tables::create,            \
                                              &solder_tables::destroy,           \
                                              &solder_tables::capability};       \
    return &kPlugin;                                                             \
  }

#endif
