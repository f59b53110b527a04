// The step of the process that serves a plugin where the plugin is a program: once the process has shut itself in it
// becomes that program, which speaks with Solder from there on (docs/plugins/protocol.md).
// Tested by tests/plugin/go_test.py.
#pragma once

#include <string>
#include <vector>

namespace solder::host::isolation {

// The program's end of the socket, and the variable that says so.
inline constexpr int kProgramSocket = 3;
inline constexpr const char* kProgramSocketVariable = "SOLDER_PLUGIN_SOCKET";

// What it may run: itself, and what loads it.
std::vector<std::string> runnable_for(const std::string& file);

// Comes back only where the program cannot be run; Solder has been told then. Gives the exit code.
int run_program(int socket, const std::string& file, const std::string& original,
                const std::vector<std::string>& guards);

}  // namespace solder::host::isolation
