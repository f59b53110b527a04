#include "cli/plugin_commands.h"

#include <unistd.h>

#include "cli/command.h"
#include "core/host/isolation/serve.h"

namespace solder::cli {

base::Result<std::string> run_command(host::PluginManager& plugins, const admin::PluginCommand& command) {
  const auto parameter = [&](const char* name) {
    const auto at = command.parameters.find(name);
    return at == command.parameters.end() ? std::string() : at->second;
  };
  if (command.action == "reload") return plugins.reload(command.plugin, parameter("force") == "1", command.by);
  if (command.action == "rollback") return plugins.roll_back(command.plugin, parameter("to"), command.by);
  if (command.action == "forget") return plugins.forget(command.plugin, command.by);
  if (command.action == "revive") return plugins.revive(command.plugin, command.by);
  if (command.action == "look") return plugins.look();
  return base::not_found("there is no command " + command.action +
                         "; there are reload, rollback, forget, revive and look");
}

host::isolation::Program plugin_host() { return {"/proc/self/exe", {kPluginHostCommand}}; }

base::Result<host::Trust> trust_of(const ServeOptions& options) {
  host::Trust trust;
  for (const auto& file : options.trusted_keys) {
    auto key = host::read_trusted_key(file);
    if (!key.ok()) return base::invalid_argument("pluginTrust.keys: " + key.status().message());
    trust.keys.push_back(std::move(*key));
  }
  for (const auto& text : options.trusted_hashes) {
    auto hash = host::read_trusted_hash(text);
    if (!hash.ok()) return base::invalid_argument("pluginTrust.hashes: " + hash.status().message());
    trust.hashes.push_back(std::move(*hash));
  }
  return trust;
}

void add_preflight(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(kPreflightCommand, "Tries plugins for a server, which starts it");
  command->group("");  // not listed
  command->callback([&action] { action = [] { return host::serve_preflight(STDIN_FILENO); }; });
  auto* served = app.add_subcommand(kPluginHostCommand, "Serves a plugin to a server, which starts it");
  served->group("");
  served->callback([&action] { action = [] { return host::isolation::serve_plugin(); }; });
}

}  // namespace solder::cli
