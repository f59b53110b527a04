// What can be asked about the plugins of a running server, on its side. Tested by tests/unit/cli/serve_test.py.
#pragma once

#include <string>

#include "cli/serve_options.h"
#include "core/admin/server.h"
#include "core/host/plugin_manager.h"

namespace solder::cli {

// The command that tries plugins in a process of its own; not for people.
inline constexpr const char* kPreflightCommand = "plugin-preflight";

// The command that serves a plugin which has a process of its own; not for people.
inline constexpr const char* kPluginHostCommand = "plugin-host";
// What runs it.
host::isolation::Program plugin_host();

// reload (force=1), rollback (to=SHA256), forget, revive, and look, which only waits until the directories were looked
// at.
base::Result<std::string> run_command(host::PluginManager& plugins, const admin::PluginCommand& command);

// Reads the keys. Fails where one cannot be read or a hash is none.
base::Result<host::Trust> trust_of(const ServeOptions& options);

}  // namespace solder::cli
