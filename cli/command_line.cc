#include "cli/command_line.h"

#include <algorithm>
#include <iostream>

#include "cli/exit_codes.h"
#include "core/base/nearest_name.h"

namespace solder::cli {

namespace {

std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = base::nearest_name(word, {known.begin(), known.end()});
  return nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?";
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

std::string full_name(const CLI::App& app) {
  const std::string& own = app.get_name();
  return app.get_parent() == nullptr ? own : full_name(*app.get_parent()) + " " + own;
}

}  // namespace

std::unique_ptr<CLI::App> make_command_line(Action& action) {
  auto app =
      std::make_unique<CLI::App>("Solder: an Envoy control plane in which every capability is a plugin.", "solder");
  app->set_version_flag("--version", "solder " SOLDER_VERSION " (Envoy " SOLDER_ENVOY_VERSION ")");
  app->require_subcommand(1);
  app->get_formatter()->column_width(34);
  app->footer(
      "Examples:\n"
      "  solder serve --config-dir manifests        serve Envoys from a directory of manifests\n"
      "  solder check manifests                     look for problems in them\n"
      "  solder translate --static manifests        an Envoy bootstrap that needs no control plane\n"
      "  solder COMMAND --help                      more about a command");
  add_serve(*app, action);
  add_bootstrap(*app, action);
  add_check(*app, action);
  add_translate(*app, action);
  add_get(*app, action);
  add_apply(*app, action);
  add_delete(*app, action);
  add_discover(*app, action);
  add_discovery(*app, action);
  add_crds(*app, action);
  add_plugin(*app, action);
  add_preflight(*app, action);
  add_completion(*app, action);
  return app;
}

std::string explain_unknown(const CLI::App& app, const std::vector<std::string>& arguments) {
  const CLI::App* current = &app;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") return "";
    if (word.size() > 1 && word.front() == '-') {
      const std::string name = word.substr(0, word.find('='));
      const CLI::Option* option = current->get_option_no_throw(name);
      if (option == nullptr && name[1] != '-') option = current->get_option_no_throw(name.substr(0, 2));
      if (option == nullptr) {
        return full_name(*current) + " has no option " + name + suggestion(name, flag_names(*current));
      }
      const bool takes_value = option->get_type_size() > 0 && option->get_expected_max() > 0;
      if (takes_value && name == word) ++i;
    } else if (const auto known = command_names(*current); !known.empty()) {
      const CLI::App* next = find_command(*current, word);
      if (next == nullptr)
        return "there is no command \"" + full_name(*current) + " " + word + "\"" + suggestion(word, known);
      current = next;
    }
  }
  return "";
}

int run(const std::vector<std::string>& arguments) {
  Action action;
  const auto app = make_command_line(action);
  try {
    app->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& wanted) {  // --help, --version
    return app->exit(wanted);
  } catch (const CLI::ParseError& error) {
    const std::string unknown = explain_unknown(*app, arguments);
    complain(unknown.empty() ? error.what() : unknown);
    std::string command = "solder";
    for (const auto* at = app.get(); !at->get_subcommands().empty();) {
      at = at->get_subcommands().front();
      command += " " + at->get_name();
    }
    std::cerr << "Try \"" << command << " --help\".\n";
    return kUsage;
  }
  return action ? action() : kUsage;
}

}  // namespace solder::cli
