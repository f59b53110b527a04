// `solder plugin new`: a folder that builds, with cases, from the templates and SDKs that the program carries.
#include "cli/plugin_new.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/plugin_author_commands.h"

extern const char solder_templates[];
extern const char solder_templates_end[];

namespace solder::cli {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr size_t kLongestName = 40;

struct NewOptions {
  std::string name, language = "cpp", directory;
};

std::string name_problem(const std::string& name) {
  const auto allowed = [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-' || c == '_';
  };
  const bool good =
      !name.empty() && name.size() <= kLongestName && std::islower(static_cast<unsigned char>(name[0])) != 0 &&
      std::all_of(name.begin(), name.end(), allowed) && std::isalnum(static_cast<unsigned char>(name.back())) != 0;
  if (good) return "";
  return "\"" + name +
         "\" is no name for a plugin; right is lower case letters, digits, - and _, a letter first, at most " +
         std::to_string(kLongestName);
}

std::string language_problem(const std::string& language, const json& templates) {
  if (templates.contains(language)) return "";
  return "there is no template for \"" + language + "\"; there are c, cpp, go, python and rust";
}

std::string words_for_language(const std::string& language) {
  if (language == "c") return "C";
  if (language == "cpp") return "C++";
  if (language == "go") return "Go";
  return language == "python" ? "Python" : "Rust";
}

void replace_all(std::string& text, std::string_view word, const std::string& by) {
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
    text.replace(at, word.size(), by);
}

int write_all(const fs::path& folder, const std::vector<std::pair<std::string, std::string>>& files) {
  std::error_code error;
  if (fs::exists(folder, error)) {
    complain(folder.string() + " is there already; nothing is written over");
    return kProblems;
  }
  for (const auto& [path, text] : files) {
    const fs::path file = folder / path;
    fs::create_directories(file.parent_path(), error);
    if (!(std::ofstream(file, std::ios::binary) << text)) {
      complain(file.string() + " cannot be written");
      return kCannotRun;
    }
    // A plugin that others may write is refused, whatever the umask.
    fs::permissions(file, fs::perms::group_write | fs::perms::others_write, fs::perm_options::remove, error);
  }
  return kOk;
}

int make(const NewOptions& options) {
  NewPlugin wanted{options.name, options.language, "solder", ""};
  std::error_code error;
  if (const auto program = fs::read_symlink("/proc/self/exe", error); !error) wanted.program = program.string();
  if (const auto directories = default_plugin_directories(); !directories.empty()) wanted.plugins = directories.front();
  const auto files = new_plugin_files(wanted);
  if (!files.ok()) {
    complain(files.status().message());
    return kUsage;
  }
  const fs::path folder = fs::path(options.directory.empty() ? "." : options.directory) / options.name;
  if (const int code = write_all(folder, *files); code != kOk) return code;
  std::cout << folder.lexically_normal().string() << " holds the plugin " << options.name << " in "
            << words_for_language(options.language) << ", with the route option " << key_for(options.name) << "\n"
            << "  cd " << folder.lexically_normal().string() << "\n"
            << "  make test    # builds it, runs the conformance kit and its cases\n"
            << "  make try     # what Envoy would get for example.yaml\n"
            << "  make live    # puts it into the Solder that runs here\n";
  return kOk;
}

}  // namespace

std::string class_for(const std::string& name) {
  std::string out;
  bool first = true;
  for (const char c : name) {
    const bool between = c == '-' || c == '_';
    if (!between) out += first ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    first = between;
  }
  return out;
}

std::string key_for(const std::string& name) {
  std::string out = class_for(name);
  out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  return out;
}

base::Result<std::vector<std::pair<std::string, std::string>>> new_plugin_files(const NewPlugin& wanted) {
  const json templates = json::parse(solder_templates, solder_templates_end);
  if (auto problem = name_problem(wanted.name); !problem.empty()) return base::invalid_argument(problem);
  if (auto problem = language_problem(wanted.language, templates); !problem.empty())
    return base::invalid_argument(problem);
  const std::pair<std::string_view, std::string> words[] = {{"@NAME@", wanted.name},
                                                            {"@KEY@", key_for(wanted.name)},
                                                            {"@CLASS@", class_for(wanted.name)},
                                                            {"@LANG@", words_for_language(wanted.language)},
                                                            {"@SOLDER@", wanted.program},
                                                            {"@SHIPPED@", wanted.plugins}};
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [path, text] : templates.at(wanted.language).items()) {
    std::pair<std::string, std::string> file{path, text.get<std::string>()};
    for (const auto& [word, by] : words) {
      replace_all(file.first, word, by);
      replace_all(file.second, word, by);
    }
    out.push_back(std::move(file));
  }
  return out;
}

void add_plugin_new(CLI::App& plugin, Action& action) {
  auto options = std::make_shared<NewOptions>();
  auto* command = plugin.add_subcommand("new", "Write a folder with a new plugin that builds, with cases");
  command->footer(
      "Languages are c, cpp, go, python and rust. The folder has all that the plugin is built with.\n"
      "Examples:\n"
      "  solder plugin new late-hour --lang python\n"
      "  solder plugin new late-hour --lang rust --dir ~/plugins && make -C ~/plugins/late-hour test live");
  command->add_option("NAME", options->name, "The plugin's name")->type_name("NAME")->required();
  command->add_option("--lang", options->language, "c, cpp, go, python or rust")
      ->type_name("LANG")
      ->capture_default_str();
  command->add_option("--dir", options->directory, "Where the folder is made. Default: here")->type_name("DIR");
  command->callback([&action, options] { action = [options] { return make(*options); }; });
}

}  // namespace solder::cli
