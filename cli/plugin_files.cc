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
#include "cli/plugin_inspector.h"
#include "core/base/replace_file.h"
#include "core/host/loader.h"

namespace solder::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct FilesOptions {
  std::string what;  // a file or a plugin's name
  std::vector<std::string> directories;
  std::string admin_address = kDefaultAdminAddress;
};

int fail(const std::string& message) {
  complain(message);
  return kProblems;
}

std::vector<std::string> directories_of(const FilesOptions& options) {
  return options.directories.empty() ? default_plugin_directories() : options.directories;
}

// Under a name that no server takes for a plugin until all of it is there.
base::Status put(const std::string& bytes, const std::string& path, mode_t mode) {
  const fs::path target(path);
  const std::string hidden = "." + target.filename().string() + "." + std::to_string(::getpid());
  return base::replace_file(path, target.parent_path() / hidden, bytes, mode);
}

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
      for (const auto& lost : plugin.value("partial", Json::array()))
        std::cout << "but not all of it: " << lost.value("message", "") << " [" << lost.value("reason", "") << "]\n";
      for (const auto& warning : plugin.value("warnings", Json::array()))
        std::cout << "it warns: " << warning.get<std::string>() << "\n";
      return kOk;
    }
  }
  if (!refused.empty()) return fail("the server does not take it: " + refused);
  return fail("the server at that address follows another plugin directory; --plugin-dir says which");
}

int install(const FilesOptions& options) {
  PluginInspector inspector(options.directories);
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

int remove(const FilesOptions& options) {
  std::vector<host::Refused> refused;
  std::vector<std::string> files;
  PluginInspector inspector(options.directories);
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
  auto options = std::make_shared<FilesOptions>();
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

  auto removal = std::make_shared<FilesOptions>();
  auto* remove_command = plugin.add_subcommand("remove", "Take a plugin out of the plugin directories");
  remove_command->footer(
      "What it last gave stays until the objects that use it are edited; `solder plugin forget` ends that.\n"
      "Examples:\n  solder plugin remove maintenance");
  remove_command->add_option("NAME", removal->what, "The plugin's name")->type_name("NAME")->required();
  add_plugin_directories(*remove_command, removal->directories);
  remove_command->callback([&action, removal] { action = [removal] { return remove(*removal); }; });
}

}  // namespace solder::cli
