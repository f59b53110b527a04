// The one way into a plugin: every operation of every capability is called here, with a deadline, a recorded lookup, a
// checking sink, and a barrier that no exception passes. Tested by tests/plugin/calls_test.cc and garbage_test.cc.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "core/host/library_plugin.h"
#include "solder/plugin.h"

namespace solder::host {

// The plugin's function for it, or null.
solder_op operation_of(const LibraryPlugin& plugin, Operation operation);

// PluginSet::call for a call that may take `deadline`. [any thread]
std::vector<ItemOutput> call_plugin(LibraryPlugin& plugin, Operation operation, solder_span in,
                                    std::span<const Subject> subjects, const Lookup& lookup,
                                    std::chrono::nanoseconds deadline);

}  // namespace solder::host
