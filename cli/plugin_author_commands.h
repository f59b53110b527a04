// Subcommands of `solder plugin` for who writes plugins.
#pragma once

#include "cli/command.h"

namespace solder::cli {

void add_plugin_new(CLI::App& plugin, Action& action);
void add_plugin_pack(CLI::App& plugin, Action& action);
void add_plugin_check(CLI::App& plugin, Action& action);
void add_plugin_bench(CLI::App& plugin, Action& action);

}  // namespace solder::cli
