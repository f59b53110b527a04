// `solder get`: the objects of a running server with their states.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/object_store.h"
#include "cli/status_table.h"
#include "cli/yaml_text.h"
#include "cli/yaml_tree.h"

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

struct GetOptions {
  StatusFilter filter;
  std::string admin_address = kDefaultAdminAddress;
  std::string state_directory;
  std::string form;
  bool stored = false;
  StoreOptions store;
};

base::Result<Json> from_server(const std::string& address) {
  auto page = AdminClient(address).page("/status", "reports", ", --state-dir reads what one has written");
  if (!page.ok()) return page.status();
  return (*page)["reports"];
}

base::Result<Json> from_files(const std::string& state_directory) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(state_directory) / "status";
  std::error_code error;
  Json reports = Json::array();
  fs::recursive_directory_iterator files(root, error);
  if (error) return base::not_found(root.string() + ": " + error.message());
  for (const auto& entry : files) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const auto tree = parse_yaml(std::string((std::istreambuf_iterator<char>(file)), {}), entry.path().string());
    if (!tree.ok()) return tree.status();
    reports.push_back(report_of_status_file(to_json(*tree)));
  }
  return reports;
}

// The objects themselves, as they stand in the store: no server is asked. Values of Secrets are not shown.
int get_stored(const GetOptions& options) {
  const auto store = open_store(options.store);
  if (!store.ok()) {
    complain(store.status().message());
    return store.status().code() == base::Code::kInvalidArgument ? kUsage : kCannotRun;
  }
  const auto read = (*store)->read();
  if (!read.ok()) {
    complain(read.status().message());
    return kCannotRun;
  }
  Json found = Json::array();
  for (const auto& change : read->changes) {
    Json object = Json::parse(change.object->json, nullptr, false);
    for (const char* values : {"data", "stringData", "aws", "tls"}) {
      if (change.ref.kind == "Secret" && object.contains(values)) object[values] = "[redacted]";
    }
    found.push_back({{"kind", change.ref.kind},
                     {"namespace", change.ref.ns},
                     {"name", change.ref.name},
                     {"object", std::move(object)}});
  }
  const Json shown = selected(found, options.filter);
  std::string text = options.form == "json" ? "[" : "";
  for (const Json& each : shown) {
    if (options.form == "json") {
      text += (text.size() > 1 ? ",\n" : "") + each["object"].dump(2, ' ', false, Json::error_handler_t::replace);
    } else if (options.form == "yaml") {
      text += (text.empty() ? "" : "---\n") + to_yaml(each["object"]);
    } else {
      text += each["kind"].get<std::string>() + " " + each["namespace"].get<std::string>() + "/" +
              each["name"].get<std::string>() + "\n";
    }
  }
  std::cout << text << (options.form == "json" ? "]\n" : "");
  if (!shown.empty() || options.filter.name.empty()) return kOk;
  complain("there is no " + options.filter.kind + " " + options.filter.name);
  return kProblems;
}

int get(const GetOptions& options) {
  if (options.stored) return get_stored(options);
  auto reports =
      options.state_directory.empty() ? from_server(options.admin_address) : from_files(options.state_directory);
  if (!reports.ok()) {
    complain(reports.status().message());
    return reports.status().code() == base::Code::kInvalidArgument ? kUsage : kCannotRun;
  }
  const Json shown = selected(*reports, options.filter);
  if (options.form == "json") {
    std::cout << shown.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else if (options.form == "yaml") {
    std::cout << to_yaml(shown);
  } else {
    std::cout << status_table(shown, options.form == "wide");
  }
  if (shown.empty() && !options.filter.name.empty()) {
    complain("there is no " + options.filter.kind + " " + options.filter.name);
    return kProblems;
  }
  return kOk;
}

}  // namespace

void add_get(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("get", "Show the objects of a running server with their states");
  command->footer(
      "Examples:\n"
      "  solder get\n"
      "  solder get virtualservices -o wide\n"
      "  solder get upstream gloo-system/petstore -o yaml\n"
      "  solder get --state-dir run/state                  what a server has written, without asking it\n"
      "  solder get upstreams -o yaml --stored --config solder.yaml     the objects in the store that is configured");
  auto options = std::make_shared<GetOptions>();
  command->add_option("KIND", options->filter.kind, "Only objects of this kind, such as upstream")->type_name("KIND");
  command->add_option("NAME", options->filter.name, "Only the object of this name")->type_name("[NAMESPACE/]NAME");
  add_admin_address(*command, options->admin_address);
  command
      ->add_option("--state-dir", options->state_directory,
                   "Read the statuses from the files of this state directory instead")
      ->type_name("DIR");
  command->add_flag("--stored", options->stored,
                    "Instead, the objects as they stand in the store that --config or --config-dir names");
  add_store_options(*command, options->store);
  add_output_form(*command, options->form, {"table", "wide", "json", "yaml"});
  command->callback([&action, options] { action = [options] { return get(*options); }; });
}

}  // namespace solder::cli
