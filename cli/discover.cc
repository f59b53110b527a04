// `solder discover`: what function discovery would do for one upstream. Asks the cloud, writes nothing.
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/offline.h"
#include "core/discovery/discovered_fields.h"
#include "core/discovery/function_discovery.h"
#include "core/host/plugin_manager.h"
#include "core/host/services/services.h"
#include "core/report/reporter.h"
#include "core/sources/settings_tap.h"

namespace solder::cli {

namespace {

struct DiscoverOptions {
  std::string upstream;
  std::vector<std::string> paths, plugin_directories;
  std::string state_directory, form;
  int seconds = 60;
};

model::ObjectRef upstream_ref(const std::string& text) {
  const size_t slash = text.find('/');
  if (slash == std::string::npos) return {"Upstream", "gloo-system", text};
  return {"Upstream", text.substr(0, slash), text.substr(slash + 1)};
}

// What the discovery said first.
class DiscoveryOutcome {
 public:
  struct Said {
    std::string plugin;
    std::optional<host::PublishedList> list;
    model::Diagnostics problems;
    std::string not_followed;
  };

  void say(Said said) {
    const std::lock_guard lock(mutex_);
    if (!said_) said_ = std::move(said);
    there_.notify_all();
  }
  std::optional<Said> wait(std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    there_.wait_for(lock, patience, [this] { return said_.has_value(); });
    return said_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable there_;
  std::optional<Said> said_;
};

// "rest.transformations.getPet": what was found is named where it is no object, or at this depth.
constexpr int kNamedDepth = 3;
void add_names(const nlohmann::json& object, const std::string& before, int depth, std::set<std::string>& out) {
  for (const auto& [name, value] : object.items()) {
    if (value.is_object() && depth < kNamedDepth) {
      add_names(value, before + name + ".", depth + 1, out);
    } else {
      out.insert(before + name);
    }
  }
}

// The names in the list, or the object, at that place of the object.
std::set<std::string> names_in(const model::ObjectPtr& object, const host::PublishedList& list) {
  std::set<std::string> out;
  const auto document = nlohmann::json::parse(object ? object->json : "{}", nullptr, false);
  const nlohmann::json::json_pointer at(list.field);
  if (list.key.empty() && document.contains(at) && document[at].is_object()) add_names(document[at], "", 1, out);
  if (!document.contains(at) || !document[at].is_array()) return out;
  for (const auto& item : document[at]) {
    if (item.is_object() && item.contains(list.key) && item[list.key].is_string()) out.insert(item[list.key]);
  }
  return out;
}

void print_changes(const model::ObjectPtr& user, const std::optional<host::PublishedList>& before,
                   const host::PublishedList& now) {
  const auto by_hand = names_in(user, now);
  const auto had = before ? names_in(discovery::with_discovered(user, {&*before}), now) : by_hand;
  const auto has = names_in(discovery::with_discovered(user, {&now}), now);
  std::map<std::string, const char*> lines;
  for (const auto& name : has) lines[name] = by_hand.count(name) != 0 ? "=" : had.count(name) != 0 ? " " : "+";
  size_t added = 0, removed = 0;
  for (const auto& name : has) added += had.count(name) == 0 ? 1 : 0;
  for (const auto& name : had) {
    if (has.count(name) != 0) continue;
    lines[name] = "-";
    ++removed;
  }
  for (const auto& [name, sign] : lines) std::cout << sign << " " << name << "\n";
  std::cout << has.size() - by_hand.size() << " found on " << to_string(now.object) << ": " << added << " to add, "
            << removed << " to remove; " << by_hand.size() << " written by hand, which stay\n";
}

std::optional<host::PublishedList> read_before(const std::string& state, const std::string& plugin,
                                               const host::PublishedList& now) {
  if (state.empty()) return std::nullopt;
  for (const auto& change : store::read_files({state + "/discovered"}).changes) {
    if (change.object && change.ref == discovery::discovered_ref(plugin, now))
      return discovery::read_discovered(*change.object);
  }
  return std::nullopt;
}

base::Status check_there(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return base::not_found(path + ": there is no such file or directory");
  }
  return {};
}

int show(const DiscoverOptions& options, const DiscoveryOutcome::Said& said, const model::ObjectPtr& user) {
  if (!said.not_followed.empty()) {
    complain(to_string(upstream_ref(options.upstream)) + ": " + said.not_followed);
    return kProblems;
  }
  for (const auto& problem : said.problems) std::cout << report::to_text(problem) << "\n";
  if (!said.list) return kProblems;
  if (options.form == "yaml") {
    std::cout << discovery::to_yaml(said.plugin, *said.list);
  } else {
    print_changes(user, read_before(options.state_directory, said.plugin, *said.list), *said.list);
  }
  return kOk;
}

int discover(const DiscoverOptions& options) {
  if (auto status = check_there(options.paths); !status.ok()) {
    complain(status.message());
    return kCannotRun;
  }
  const CopyDirectory copies;
  auto load = load_options(copies, options.plugin_directories);
  if (!load.ok()) {
    complain(load.status().message());
    return kCannotRun;
  }
  const auto services = std::make_shared<host::Services>();
  host::ManagerOptions manager;
  manager.plugins.load = with_schemas(*load);
  manager.plugins.services = services;
  auto plugins = host::PluginManager::open(std::move(manager));
  if (!plugins.ok()) {
    complain(plugins.status().message());
    return kCannotRun;
  }
  auto catalog = catalog_of(*(*plugins)->plugins());
  if (!catalog.ok()) {
    complain(catalog.status().message());
    return kCannotRun;
  }
  for (const auto& refused : (*plugins)->listing()->refused())
    complain("plugin file " + refused.file + " is refused: " + refused.message + " [" + refused.reason + "]");
  const auto ref = upstream_ref(options.upstream);
  store::Batch world = store::read_files(options.paths);
  model::ObjectPtr user;
  for (const auto& change : world.changes) {
    if (change.ref == ref) user = change.object;
  }
  DiscoveryOutcome outcome;
  host::SettingsBook settings;
  sources::SettingsTap tap([&settings](std::string spec) { settings.set(std::move(spec)); });
  tap.catalog(*catalog);
  tap.take(world);
  tap.sources_known();
  tap.files_known();
  discovery::FunctionDiscovery::Ends ends;
  ends.settings = &settings;
  ends.publish = [&](const std::string& plugin, const host::PublishedList& list) {
    outcome.say({plugin, list, {}, ""});
    return base::Status();
  };
  ends.gone = [](const model::ObjectRef&) {};
  ends.tell = [&](model::Diagnostics problems) {
    if (!problems.empty()) outcome.say({"", std::nullopt, std::move(problems), ""});
  };
  ends.not_followed = [&](const std::string& why) { outcome.say({"", std::nullopt, {}, why}); };
  discovery::FunctionDiscovery finder(services->secrets, std::move(ends), ref);
  finder.plugins((*plugins)->plugins(), *catalog);
  finder.objects(std::move(world));
  const auto said = outcome.wait(std::chrono::seconds(options.seconds));
  if (!said) {
    complain("nothing was found, and nothing was wrong, within " + std::to_string(options.seconds) + " s");
    return kProblems;
  }
  return show(options, *said, user);
}

}  // namespace

void add_discover(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("discover", "Show what function discovery would do for an upstream");
  command->footer(
      "Asks whoever has the functions, with the keys in the manifests, and writes nothing.\n"
      "+ would be added, - would be removed, = is written by hand and stays.\n"
      "Exits with 1 where nothing could be found.\n"
      "Examples:\n"
      "  solder discover lambda manifests\n"
      "  solder discover gloo-system/lambda manifests --state-dir /var/lib/solder");
  auto options = std::make_shared<DiscoverOptions>();
  command->add_option("upstream", options->upstream, "NAMESPACE/NAME, or NAME in gloo-system")
      ->required()
      ->type_name("UPSTREAM");
  command->add_option("paths", options->paths, "Files and directories with manifests")->required()->type_name("PATH");
  add_plugin_directories(*command, options->plugin_directories);
  command->add_option("--state-dir", options->state_directory, "Of a server: compare with what it found so far")
      ->type_name("DIR");
  command->add_option("--seconds", options->seconds, "How long to wait for an answer")
      ->type_name("NUMBER")
      ->capture_default_str();
  add_output_form(*command, options->form, {"text", "yaml"});
  command->callback([&action, options] { action = [options] { return discover(*options); }; });
}

}  // namespace solder::cli
