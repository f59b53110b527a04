// What the process of an instance that works by itself does once its plugin is open: see parcel.h.
// Tested by tests/plugin/aside_test.cc.
#pragma once

#include "core/host/plugin_set.h"

namespace solder::host::isolation {

// Ends with the process. The plugin is a library's, or a file's that one runs.
[[noreturn]] void serve_aside(int socket, const PluginPtr& plugin, bool lease);

}  // namespace solder::host::isolation
