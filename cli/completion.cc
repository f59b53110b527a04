#include "cli/completion.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <vector>

#include "cli/command.h"
#include "cli/exit_codes.h"

namespace solder::cli {

namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

std::string join(const std::vector<std::string>& words, const char* separator = " ") {
  std::string joined;
  for (const auto& word : words) joined += (joined.empty() ? "" : separator) + word;
  return joined;
}

std::vector<std::string> flags(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const auto& name : option.get_snames()) names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

bool takes_value(const CLI::Option& option) { return option.get_type_size() > 0 && option.get_expected_max() > 0; }

// What completes an option's value, by its type name.
std::string value_completion(const CLI::Option& option) {
  std::string type = option.get_type_name();
  if (const size_t at = type.find(":{"); at != std::string::npos) {  // "FORM:{yaml,json}"
    std::string words = type.substr(at + 2, type.find('}') - at - 2);
    std::replace(words.begin(), words.end(), ',', ' ');
    return "COMPREPLY=($(compgen -W '" + words + "' -- \"$word\"))";
  }
  if (type == "DIR") return "COMPREPLY=($(compgen -d -- \"$word\"))";
  if (type == "FILE") return "COMPREPLY=($(compgen -f -- \"$word\"))";
  return "COMPREPLY=()";
}

void add_command(const CLI::App& app, const std::string& path, std::string& script) {
  std::vector<std::string> words;
  std::string values;
  bool files = false;
  for (const auto* command : commands_of(app)) words.push_back(command->get_name());
  for (const auto* option : app.get_options()) {
    const auto names = flags(*option);
    words.insert(words.end(), names.begin(), names.end());
    if (names.empty()) {
      files = files || option->get_type_name() == "PATH";
    } else if (takes_value(*option)) {
      values += "        " + join(names, "|") + ") " + value_completion(*option) + "; return ;;\n";
    }
  }
  script += "    '" + path + "')\n";
  if (!values.empty()) script += "      case \"$before\" in\n" + values + "      esac\n";
  script += "      COMPREPLY=($(compgen -W '" + join(words) + "' -- \"$word\"))\n";
  if (files) script += "      [[ $word == -* ]] || COMPREPLY+=($(compgen -f -- \"$word\"))\n";
  script += "      ;;\n";
  for (const auto* command : commands_of(app)) add_command(*command, path + " " + command->get_name(), script);
}

void all_paths(const CLI::App& app, const std::string& path, std::vector<std::string>& paths) {
  for (const auto* command : commands_of(app)) {
    paths.push_back("'" + path + " " + command->get_name() + "'");
    all_paths(*command, path + " " + command->get_name(), paths);
  }
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::vector<std::string> paths;
  all_paths(app, app.get_name(), paths);
  std::string script =
      "# bash completion for solder; made by `solder completion bash`.\n"
      "_solder() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=solder i\n"
      "  compopt -o filenames 2>/dev/null\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$path ${COMP_WORDS[i]}\" in\n"
      "      " +
      join(paths, "|") +
      ") path=\"$path ${COMP_WORDS[i]}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$path\" in\n";
  add_command(app, app.get_name(), script);
  script +=
      "  esac\n"
      "}\n"
      "complete -F _solder solder\n";
  return script;
}

void add_completion(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("completion", "Print a script that completes solder's commands in a shell");
  command->footer(
      "Examples:\n  source <(solder completion bash)\n  solder completion bash > "
      "~/.local/share/bash-completion/completions/solder");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "The shell")->required()->check(CLI::IsMember({"bash"}));
  command->callback([&app, &action, shell] {
    action = [&app] {
      std::cout << bash_completion(app);
      return kOk;
    };
  });
}

}  // namespace solder::cli
