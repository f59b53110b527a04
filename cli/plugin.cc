// `solder plugin`: the plugins that a server runs, or those of a directory.
#include <iostream>
#include <memory>

#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/offline.h"
#include "cli/plugin_author_commands.h"
#include "core/host/listing.h"
#include "core/host/plugin_set.h"

namespace solder::cli {

namespace {

struct PluginListOptions {
  std::vector<std::string> directories;
  std::string form;
  std::string admin_address;  // empty: nobody said which
};

int print(const PluginListOptions& options, const nlohmann::ordered_json& listing) {
  const auto plain = nlohmann::json::parse(listing.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  std::cout << (options.form == "json" ? plain.dump(2) + "\n" : host::to_table(plain));
  for (const auto& plugin : plain["plugins"]) {
    if (plugin.value("state", "") == "refused") return kProblems;
  }
  return kOk;
}

int list(const PluginListOptions& options) {
  if (options.directories.empty()) {
    const bool asked = !options.admin_address.empty();
    const auto running = AdminClient(asked ? options.admin_address : kDefaultAdminAddress)
                             .page("/plugins", "plugins", ", --plugin-dir lists files without one");
    if (running.ok()) return print(options, *running);
    if (asked) {
      complain(running.status().message());
      return kCannotRun;
    }
  }
  const CopyDirectory copies;
  const auto wanted = load_options(copies, options.directories);
  if (!wanted.ok()) {
    complain(wanted.status().message());
    return kCannotRun;
  }
  const auto plugins = load_plugin_set(*wanted);
  std::cout << (options.form == "json" ? host::to_json(*plugins) : host::to_table(*plugins));
  if (options.form == "json") std::cout << "\n";
  return plugins->refused().empty() ? kOk : kProblems;
}

}  // namespace

void add_plugin(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("plugin", "About plugins");
  command->require_subcommand(1);
  command->footer("Examples:\n  solder plugin list\n  solder plugin install maintenance.so\n  solder plugin history");
  auto* list_command = command->add_subcommand("list", "Show loaded plugins, and refused ones with the reason");
  list_command->footer(
      "Those of the Solder that runs on this machine; where none does, or with --plugin-dir, those of directories.\n"
      "Exits with 1 if a file is refused.\n"
      "Examples:\n"
      "  solder plugin list\n"
      "  solder plugin list --admin-address 127.0.0.1:9980\n"
      "  solder plugin list --plugin-dir ~/my-plugins -o json");
  auto options = std::make_shared<PluginListOptions>();
  add_plugin_directories(*list_command, options->directories);
  add_output_form(*list_command, options->form, {"table", "json"});
  list_command
      ->add_option("--admin-address", options->admin_address,
                   "Of the server that is asked. Default: " + std::string(kDefaultAdminAddress))
      ->type_name("HOST:PORT");
  list_command->callback([&action, options] { action = [options] { return list(*options); }; });
  add_plugin_new(*command, action);
  add_plugin_pack(*command, action);
  add_plugin_check(*command, action);
  add_plugin_bench(*command, action);
  add_plugin_files(*command, action);
  add_plugin_live(*command, action);
}

}  // namespace solder::cli
