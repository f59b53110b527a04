// `solder crds`: the CustomResourceDefinitions of the core and the loaded plugins together.
#include "core/config/crd.h"

#include <iostream>
#include <memory>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/offline.h"
#include "cli/yaml_text.h"

namespace solder::cli {

namespace {

struct CrdsOptions {
  std::vector<std::string> plugin_directories;
  std::string form;
  bool bare = false;
};

int crds(const CrdsOptions& options) {
  const CopyDirectory copies;
  const auto wanted = load_options(copies, options.plugin_directories);
  if (!wanted.ok()) {
    complain(wanted.status().message());
    return kCannotRun;
  }
  const auto plugins = load_plugins(*wanted);
  if (!plugins.ok()) {
    complain(plugins.status().message());
    return kCannotRun;
  }
  for (const auto& note : plugins->notes) complain(note);
  const auto definitions = config::custom_resource_definitions(*plugins->catalog, !options.bare);
  if (options.form == "json") {
    const nlohmann::ordered_json list = {{"apiVersion", "v1"}, {"kind", "List"}, {"items", definitions}};
    std::cout << list.dump(2) << "\n";
  } else {
    for (const auto& definition : definitions) std::cout << "---\n" << to_yaml(definition);
  }
  return plugins->set->refused().empty() ? kOk : kProblems;
}

}  // namespace

void add_crds(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("crds", "Print CustomResourceDefinitions for Kubernetes");
  command->footer(
      "Made from the schemas of the core and of the loaded plugins. Exits with 1 if a plugin file is refused.\n"
      "They are too large for the annotation of a client-side apply.\n"
      "Examples:\n"
      "  solder crds | kubectl apply --server-side -f -\n"
      "  solder crds --without-descriptions -o json > crds.json");
  auto options = std::make_shared<CrdsOptions>();
  add_plugin_directories(*command, options->plugin_directories);
  add_output_form(*command, options->form, {"yaml", "json"});
  command->add_flag("--without-descriptions", options->bare, "Leave out what kubectl explain shows");
  command->callback([&action, options] { action = [options] { return crds(*options); }; });
}

}  // namespace solder::cli
