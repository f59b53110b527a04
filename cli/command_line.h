// The command line as a whole: the commands, and what is said to somebody who mistyped. Tested by
// tests/unit/cli/command_line_test.cc.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"

namespace solder::cli {

// `action` is set by parsing; it must outlive the app.
std::unique_ptr<CLI::App> make_command_line(Action& action);

// The first word of the line that no command or option is called, with the nearest that is; empty where all are known.
std::string explain_unknown(const CLI::App& app, const std::vector<std::string>& arguments);

// Parses and runs. Gives the exit code.
int run(const std::vector<std::string>& arguments);

}  // namespace solder::cli
