// `solder translate`: what Envoy would be sent, printed.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/envoy_modules.h"
#include "cli/exit_codes.h"
#include "cli/offline.h"
#include "cli/snapshot_json.h"
#include "cli/static_bootstrap.h"
#include "cli/yaml_text.h"
#include "core/report/reporter.h"

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDefaultRole = "gloo-system~gateway-proxy";
constexpr const char* kDefaultProxy = "~gateway-proxy";

struct TranslateOptions {
  OfflineOptions offline;
  std::string form;
  std::string role;
  bool as_static = false;
  bool with_secrets = false;
  bool provenance = false;
};

bool serves(const xds::SnapshotPtr& snapshot) { return !snapshot->of(xds::ResourceType::kListener).empty(); }

// Where the default proxy serves nothing, the one that does, if it is one alone.
xds::SnapshotPtr only_serving(const xds::SnapshotsByRole& all) {
  xds::SnapshotPtr only;
  for (const auto& [name, snapshot] : all) {
    if (!serves(snapshot)) continue;
    if (only || name.ends_with(kDefaultProxy)) return nullptr;
    only = snapshot;
  }
  return only;
}

// The asked-for role; unasked, Gloo's default one, also where Settings move the write namespace.
base::Result<xds::SnapshotPtr> snapshot_of(const engine::Output& output, const std::string& role) {
  const auto& all = *output.snapshots;
  if (role.empty()) {
    if (auto only = only_serving(all)) return only;
  }
  if (const auto found = all.find(role.empty() ? kDefaultRole : role); found != all.end()) return found->second;
  std::string known;
  for (const auto& [name, snapshot] : all) {
    if (role.empty() && name.ends_with(kDefaultProxy)) return snapshot;
    known += (known.empty() ? "" : ", ") + name;
  }
  return base::not_found("--role: found \"" + (role.empty() ? kDefaultRole : role) + "\"; expected one of " + known);
}

Json provenance_json(const engine::Engine& engine) {
  Json list = Json::array();
  for (const auto& resource : engine.provenance()) {
    Json fields = Json::array();
    for (const auto& [field, origin] : resource.fields) {
      std::string who = origin.plugin.empty() ? "core" : origin.plugin;
      if (!origin.object.kind.empty()) who += ", " + model::to_string(origin.object) + " " + origin.field;
      fields.push_back(field + ": " + who);
    }
    list.push_back({{"type", xds::plural(resource.type)}, {"name", resource.resource}, {"fields", std::move(fields)}});
  }
  return list;
}

Json reports_json(const engine::Engine& engine) {
  Json list = Json::array();
  for (const auto& report : report::make_reports(engine.objects(), engine.diagnostics())) {
    list.push_back(Json::parse(report::to_json(report), nullptr, false));
  }
  return list;
}

base::Result<Json> translation(const Offline& run, const TranslateOptions& options) {
  const auto snapshot = snapshot_of(run.output, options.role);
  if (!snapshot.ok()) return snapshot.status();
  auto json = snapshot_json(run.types, **snapshot, options.with_secrets);
  if (!json.ok()) return json;
  if (options.as_static) {
    auto bootstrap = static_bootstrap(*json, options.with_secrets);
    if (!bootstrap.ok()) return bootstrap;
    name_module_files(*bootstrap, envoy_module_directories(options.offline.plugin_directories.empty()
                                                               ? default_plugin_directories()
                                                               : options.offline.plugin_directories));
    return bootstrap;
  }
  (*json)["reports"] = reports_json(*run.engine);
  if (options.provenance) (*json)["provenance"] = provenance_json(*run.engine);
  return json;
}

int translate(const TranslateOptions& options) {
  const auto run = run_offline(options.offline);
  if (!run.ok()) {
    complain(run.status().message());
    return kCannotRun;
  }
  for (const auto& note : (*run)->plugins.notes) complain(note);
  const auto json = translation(**run, options);
  if (!json.ok()) {
    complain(json.status().message());
    return kCannotRun;
  }
  if (options.form == "json") {
    std::cout << json->dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    std::cout << to_yaml(*json);
  }
  return std::cout.flush() ? kOk : kCannotRun;
}

}  // namespace

void add_translate(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("translate", "Print what Envoy would be sent for a set of manifests");
  command->footer(
      "Nothing is started or changed. Private keys are printed as [redacted].\n"
      "Examples:\n"
      "  solder translate manifests\n"
      "  solder translate -o json petstore.yaml | jq .routes\n"
      "  solder translate --static manifests > envoy.yaml && envoy --mode validate -c envoy.yaml\n"
      "  solder translate --static --with-secrets manifests > envoy.yaml      can be served, keep it safe");
  auto options = std::make_shared<TranslateOptions>();
  add_offline_options(*command, options->offline);
  add_output_form(*command, options->form, {"yaml", "json"});
  command
      ->add_option("--role", options->role,
                   std::string("Which proxy's configuration.\nDefault: ") + kDefaultRole +
                       "; where it serves nothing and one other does, that")
      ->type_name("NAMESPACE~PROXY");
  auto* whole =
      command->add_flag("--static", options->as_static,
                        "A whole Envoy bootstrap that needs no control plane;\nits certificates are throwaway ones");
  command->add_flag("--with-secrets", options->with_secrets, "With private keys and certificates as they are")
      ->needs(whole);
  command->add_flag("--provenance", options->provenance, "With who set which field of what");
  command->callback([&action, options] { action = [options] { return translate(*options); }; });
}

}  // namespace solder::cli
