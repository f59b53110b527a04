// `solder plugin install` and `remove`: files of a plugin directory, and what a server that follows it says of them.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/offline.h"
#include "cli/plugin_commands.h"
#include "core/base/replace_file.h"
#include "core/host/file_runners.h"
#include "core/host/isolation/isolated_plugin.h"
#include "core/host/loader.h"
#include "core/host/preflight.h"

namespace solder::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr auto kPatience = std::chrono::seconds(10);

struct Options {
  std::string what;  // a file or a plugin's name
  std::vector<std::string> directories;
  std::string admin_address = kDefaultAdminAddress;
};

int fail(const std::string& message) {
  complain(message);
  return kProblems;
}

std::vector<std::string> directories_of(const Options& options) {
  return options.directories.empty() ? default_plugin_directories() : options.directories;
}

// Under a name that no server takes for a plugin until all of it is there.
base::Status put(const std::string& bytes, const std::string& path, mode_t mode) {
  const fs::path target(path);
  const std::string hidden = "." + target.filename().string() + "." + std::to_string(::getpid());
  return base::replace_file(path, target.parent_path() / hidden, bytes, mode);
}

// Looks at plugin files as a server does: code of theirs runs in a process of its own.
class Inspector {
 public:
  explicit Inspector(const Options& options) : preflight_("/proc/self/exe", {kPreflightCommand}, kPatience) {
    load_.copy_directory = copies_.path();
    load_.isolation.program = plugin_host();
    load_.runners = std::make_shared<host::FileRunners>();
    load_.runners->describe_by([this](const host::FileRunner& runner, const host::RunFile& file) {
      return preflight_.describe(runner, file);
    });
    directories_ = directories_of(options);
    for (const auto& directory : default_plugin_directories()) directories_.push_back(directory);
  }

  std::variant<host::Candidate, host::Refused> look(const std::string& file) {
    if (host::ending_of(file) != host::kLibraryEnding) find_runners();
    return host::inspect_plugin(file, load_);
  }

  // What it says when it is tried.
  std::optional<std::string> try_out(const host::Candidate& candidate) {
    const auto copy = host::copy_candidate(candidate, copies_.path());
    if (!copy.ok()) return "it could not be tried: " + copy.status().message();
    host::PreflightItem item;
    item.name = candidate.gated.manifest.name;
    item.file = *copy;
    item.original = candidate.file;
    item.runner = load_.runners->runner_of(candidate.ending);
    if (host::isolation::is_isolated(candidate.gated.manifest, load_.isolation))
      item.limits = host::isolation::limits_of(load_, item.runner);
    return preflight_.check({item}).front();
  }

  std::vector<std::string> run_files(const std::vector<std::string>& directories) {
    return host::find_run_files(directories, *load_.runners);
  }

 private:
  // They say so themselves when they are looked at.
  void find_runners() {
    std::vector<host::Refused> refused;
    for (const auto& file : host::find_plugin_files(directories_, refused)) host::inspect_plugin(file, load_);
    directories_.clear();
  }

  const CopyDirectory copies_;
  host::Preflight preflight_;
  host::LoadOptions load_ = with_schemas({});
  std::vector<std::string> directories_;  // where runners may be
};

// What the server says of the plugin now; 0 where it runs with that content.
int tell_state(const AdminClient& client, const std::string& name, const std::string& sha256) {
  const auto page = client.page("/plugins", "plugins");
  if (!page.ok()) return fail(page.status().message());
  std::string refused;
  for (const auto& plugin : page->value("plugins", Json::array())) {
    if (plugin.value("name", "") != name) continue;
    if (plugin.value("state", "") == "refused") {
      refused = plugin.value("message", "") + " [" + plugin.value("reason", "") + "]";
    } else if (plugin.value("sha256", "") == sha256 && plugin.value("state", "") == "loaded") {
      std::cout << "plugin " << name << " " << plugin.value("version", "") << " runs\n";
      return kOk;
    }
  }
  if (!refused.empty()) return fail("the server does not take it: " + refused);
  return fail("the server at that address follows another plugin directory; --plugin-dir says which");
}

int install(const Options& options) {
  Inspector inspector(options);
  auto found = inspector.look(options.what);
  if (const auto* refused = std::get_if<host::Refused>(&found))
    return fail(options.what + ": " + refused->message + " [" + refused->reason + "]");
  const auto& candidate = std::get<host::Candidate>(found);
  if (const auto problem = inspector.try_out(candidate)) return fail(options.what + ": " + *problem);
  const std::string& name = candidate.gated.manifest.name;
  const std::string target = directories_of(options).front() + "/" + name + "." + candidate.ending;
  std::error_code error;
  const fs::path signature = options.what + ".sig";
  if (fs::exists(signature, error)) {
    std::ifstream in(signature, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    if (auto status = put(bytes, target + ".sig", 0644); !status.ok()) return fail(status.message());
  }
  if (auto status = put(candidate.bytes, target, 0755); !status.ok()) return fail(status.message());
  std::cout << target << " holds " << name << " " << candidate.gated.manifest.version << "\n";
  const AdminClient client(options.admin_address);
  const auto looked = client.command("/plugins/look");
  if (looked.ok()) return tell_state(client, name, candidate.sha256);
  if (looked.status().code() != base::Code::kUnavailable) return fail(looked.status().message());
  std::cout << "no server answers at " << options.admin_address << "; one that runs with this directory takes it\n";
  return kOk;
}

int remove(const Options& options) {
  std::vector<host::Refused> refused;
  std::vector<std::string> files;
  Inspector inspector(options);
  std::vector<std::string> all = host::find_plugin_files(directories_of(options), refused);
  for (auto& file : inspector.run_files(directories_of(options))) all.push_back(std::move(file));
  for (const auto& file : all) {
    const auto found = inspector.look(file);
    const auto* candidate = std::get_if<host::Candidate>(&found);
    const bool by_name = fs::path(file).stem() == options.what;
    if (candidate == nullptr ? by_name : candidate->gated.manifest.name == options.what) files.push_back(file);
  }
  if (files.empty()) return fail("no plugin directory has a plugin " + options.what);
  for (const auto& file : files) {
    std::error_code error;
    if (!fs::remove(file, error)) return fail(file + " cannot be removed: " + error.message());
    fs::remove(file + ".sig", error);
    std::cout << file << " is removed\n";
  }
  return kOk;
}

}  // namespace

void add_plugin_files(CLI::App& plugin, Action& action) {
  auto options = std::make_shared<Options>();
  auto* install_command =
      plugin.add_subcommand("install", "Try a plugin, put it into the plugin directory, and say what becomes of it");
  install_command->footer(
      "A signature FILE.sig goes with it.\n"
      "Examples:\n"
      "  solder plugin install build/maintenance.so\n"
      "  solder plugin install maintenance.py --plugin-dir /etc/solder/plugins");
  install_command->add_option("FILE", options->what, "The plugin's file")->type_name("FILE")->required();
  add_plugin_directories(*install_command, options->directories);
  add_admin_address(*install_command, options->admin_address);
  install_command->callback([&action, options] { action = [options] { return install(*options); }; });

  auto removal = std::make_shared<Options>();
  auto* remove_command = plugin.add_subcommand("remove", "Take a plugin out of the plugin directories");
  remove_command->footer(
      "What it last gave stays until the objects that use it are edited; `solder plugin forget` ends that.\n"
      "Examples:\n  solder plugin remove maintenance");
  remove_command->add_option("NAME", removal->what, "The plugin's name")->type_name("NAME")->required();
  add_plugin_directories(*remove_command, removal->directories);
  remove_command->callback([&action, removal] { action = [removal] { return remove(*removal); }; });
}

}  // namespace solder::cli
