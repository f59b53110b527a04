#include "cli/command.h"

#include <filesystem>
#include <iostream>
#include <system_error>

namespace solder::cli {

void add_plugin_directories(CLI::App& command, std::vector<std::string>& directories) {
  command
      .add_option("--plugin-dir", directories,
                  "Directory with plugins (*.so); may be given several times.\n"
                  "Default: ../lib/solder/plugins beside the program")
      ->allow_extra_args(false)
      ->type_name("DIR");
}

std::vector<std::string> default_plugin_directories() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  return {(program.parent_path().parent_path() / "lib/solder/plugins").string()};
}

void add_admin_address(CLI::App& command, std::string& address) {
  command.add_option("--admin-address", address, "Where the server's admin pages are")
      ->type_name("HOST:PORT")
      ->capture_default_str();
}

void add_output_form(CLI::App& command, std::string& form, const std::vector<std::string>& forms) {
  form = forms.front();
  command.add_option("-o,--output", form, "What to print")
      ->check(CLI::IsMember(forms))
      ->type_name("FORM")
      ->capture_default_str();
}

void complain(const std::string& message) { std::cerr << "solder: " << message << "\n"; }

}  // namespace solder::cli
