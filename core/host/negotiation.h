// Host and plugin find out whether they understand each other: the entry is called, the table it gives is checked and
// copied, an instance is made, and every promised capability is asked for. A step that fails says which and why, and
// leaves nothing behind. Tested by tests/plugin/refusals_test.cc.
#pragma once

#include <optional>
#include <string>

#include "core/host/library_plugin.h"
#include "core/host/refusal.h"

namespace solder::host {

// `plugin.library` is open. On success its tables and instance are set.
std::optional<Refusal> negotiate(LibraryPlugin& plugin, const std::string& config_json, const ServicesPtr& services);

// From a table that something else than a library's entry gave.
std::optional<Refusal> negotiate_table(LibraryPlugin& plugin, const solder_plugin* theirs,
                                       const std::string& config_json, const ServicesPtr& services);

}  // namespace solder::host
