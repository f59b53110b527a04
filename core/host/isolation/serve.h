// The process that serves one plugin: it shuts itself in, opens the plugin's private copy as Solder itself would, and
// answers what Solder asks on the socket. The plugin notices no difference to Solder's own process.
// Tested by tests/plugin/isolation_test.cc.
#pragma once

namespace solder::host::isolation {

// Begins a line of what the process prints that is of the log and not the plugin's own; the level's letter follows.
inline constexpr char kLogMark = '\x01';

// What `solder plugin-host` does: serves on standard input until that is closed. Gives the exit code.
int serve_plugin();

}  // namespace solder::host::isolation
