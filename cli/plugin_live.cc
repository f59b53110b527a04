// `solder plugin reload`, `rollback`, `forget`, `revive` and `history`: what a running server is asked, or its state
// directory.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "core/host/plugin_record.h"

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

struct LiveOptions {
  std::string name, to, form, state_directory;
  bool force = false;
  std::string admin_address = kDefaultAdminAddress;
};

int ask(const LiveOptions& options, const std::string& path) {
  const auto done = AdminClient(options.admin_address).command(path);
  if (done.ok()) {
    std::cout << *done << "\n";
    return kOk;
  }
  complain(done.status().message());
  return done.status().code() == base::Code::kUnavailable ? kCannotRun : kProblems;
}

base::Result<Json> history_of(const LiveOptions& options) {
  if (options.state_directory.empty())
    return AdminClient(options.admin_address).page("/plugins/history?plugin=" + options.name, "events");
  const std::string directory = options.state_directory + "/plugins";
  std::error_code error;
  if (!std::filesystem::exists(directory + "/history.jsonl", error))
    return base::not_found(directory + "/history.jsonl is not there; no server has run with this state directory");
  return Json::parse(host::PluginRecord(directory).history_json(options.name), nullptr, false);
}

void print(const Json& event) {
  const auto text = [&](const char* key) { return event.value(key, ""); };
  std::cout << text("time") << "  " << text("event") << "  " << text("plugin");
  if (!text("version").empty()) std::cout << " " << text("version");
  if (!text("sha256").empty()) std::cout << "  " << text("sha256").substr(0, 12);
  std::cout << "  by " << text("requestedBy");
  if (!text("owner").empty()) std::cout << ", file of " << text("owner");
  if (!text("trustedBy").empty()) std::cout << ", trusted by " << text("trustedBy");
  if (!text("message").empty()) std::cout << ": " << text("message");
  if (!text("reason").empty()) std::cout << " [" << text("reason") << "]";
  std::cout << "\n";
  for (const auto& line : event.value("diff", Json::array())) std::cout << "    " << line.get<std::string>() << "\n";
}

int history(const LiveOptions& options) {
  const auto events = history_of(options);
  if (!events.ok()) {
    complain(events.status().message());
    return kCannotRun;
  }
  if (options.form == "json") {
    std::cout << events->dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    return kOk;
  }
  for (const auto& event : events->value("events", Json::array())) print(event);
  return kOk;
}

CLI::App* add(CLI::App& plugin, LiveOptions& options, const char* name, const char* what, bool needs_name) {
  auto* command = plugin.add_subcommand(name, what);
  auto* plugin_name = command->add_option("NAME", options.name, "The plugin's name")->type_name("NAME");
  if (needs_name) plugin_name->required();
  add_admin_address(*command, options.admin_address);
  return command;
}

}  // namespace

void add_plugin_live(CLI::App& plugin, Action& action) {
  const auto options = std::make_shared<LiveOptions>();
  auto* reload = add(plugin, *options, "reload", "Load a plugin's file anew, also one that was rolled back", true);
  reload->add_flag("--force", options->force, "Also where objects that are right now would be rejected");
  reload->footer("Examples:\n  solder plugin reload maintenance\n  solder plugin reload maintenance --force");
  reload->callback([&action, options] {
    action = [options] {
      return ask(*options, "/plugins/" + options->name + "/reload" + (options->force ? "?force=1" : ""));
    };
  });

  const auto back = std::make_shared<LiveOptions>();
  auto* rollback = add(plugin, *back, "rollback", "Let the generation run again that ran before", true);
  rollback->add_option("--to", back->to, "The beginning of the SHA-256 of a generation of the history")
      ->type_name("SHA256");
  rollback->footer(
      "The file in the plugin directory is not taken again until it changes or `solder plugin reload` asks for it.\n"
      "Examples:\n  solder plugin rollback maintenance\n  solder plugin rollback maintenance --to 3f2a99");
  rollback->callback([&action, back] {
    action = [back] {
      return ask(*back, "/plugins/" + back->name + "/rollback" + (back->to.empty() ? "" : "?to=" + back->to));
    };
  });

  const auto gone = std::make_shared<LiveOptions>();
  auto* forget = add(plugin, *gone, "forget", "End what stays of a plugin that was taken away", true);
  forget->footer("Its keys are unknown from then on.\nExamples:\n  solder plugin forget maintenance");
  forget->callback([&action, gone] { action = [gone] { return ask(*gone, "/plugins/" + gone->name + "/forget"); }; });

  const auto parked = std::make_shared<LiveOptions>();
  auto* revive = add(plugin, *parked, "revive", "Start the process of a plugin that failed too often", true);
  revive->footer(
      "`solder plugin list` says which plugins have a process of their own.\n"
      "Examples:\n  solder plugin revive maintenance");
  revive->callback(
      [&action, parked] { action = [parked] { return ask(*parked, "/plugins/" + parked->name + "/revive"); }; });

  const auto past = std::make_shared<LiveOptions>();
  auto* events = add(plugin, *past, "history", "Show who loaded what when, and what it changed", false);
  events->add_option("--state-dir", past->state_directory, "Read it from this state directory, without a server")
      ->type_name("DIR");
  add_output_form(*events, past->form, {"text", "json"});
  events->footer("Examples:\n  solder plugin history\n  solder plugin history maintenance -o json");
  events->callback([&action, past] { action = [past] { return history(*past); }; });
}

}  // namespace solder::cli
