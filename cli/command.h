// How a command is added to the command line: its options live in a shared struct that its callback captures, and the
// callback leaves the action to be run after the whole line was understood. One file a command.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace solder::cli {

using Action = std::function<int()>;

void add_serve(CLI::App& app, Action& action);
void add_bootstrap(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_translate(CLI::App& app, Action& action);
void add_get(CLI::App& app, Action& action);
void add_apply(CLI::App& app, Action& action);
void add_delete(CLI::App& app, Action& action);
void add_preflight(CLI::App& app, Action& action);
void add_plugin(CLI::App& app, Action& action);
// Subcommands of `solder plugin`.
void add_plugin_files(CLI::App& plugin, Action& action);
void add_plugin_live(CLI::App& plugin, Action& action);
void add_discover(CLI::App& app, Action& action);
void add_discovery(CLI::App& app, Action& action);
void add_crds(CLI::App& app, Action& action);
void add_completion(CLI::App& app, Action& action);

// --plugin-dir, as every command that loads plugins has it. Empty after parsing: default_plugin_directories().
void add_plugin_directories(CLI::App& command, std::vector<std::string>& directories);
std::vector<std::string> default_plugin_directories();

// --admin-address, as every command that asks a running server has it.
void add_admin_address(CLI::App& command, std::string& address);
inline constexpr const char* kDefaultAdminAddress = "127.0.0.1:9091";

// -o, with the forms that the command knows; the first is the default.
void add_output_form(CLI::App& command, std::string& form, const std::vector<std::string>& forms);

// "solder: MESSAGE" on stderr.
void complain(const std::string& message);

}  // namespace solder::cli
