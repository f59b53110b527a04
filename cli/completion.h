// Bash completion, made from the commands and options themselves, so that it cannot fall behind them. Tested by
// tests/unit/cli/completion_test.cc, which lets bash complete.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace solder::cli {

// A script to be sourced by bash.
std::string bash_completion(const CLI::App& app);

}  // namespace solder::cli
