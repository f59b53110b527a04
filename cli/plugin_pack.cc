// `solder plugin pack`: a plugin's file of a program and its manifest.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/plugin_author_commands.h"
#include "core/base/replace_file.h"
#include "core/host/program_file.h"

namespace solder::cli {

namespace {

namespace fs = std::filesystem;

struct PackOptions {
  std::string program, manifest, file;
};

base::Result<std::string> content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string out((std::istreambuf_iterator<char>(in)), {});
  if (!in) return base::not_found(path + " cannot be read");
  return out;
}

int pack(const PackOptions& options) {
  const auto program = content_of(options.program), manifest = content_of(options.manifest);
  for (const auto* file : {&program, &manifest}) {
    if (file->ok()) continue;
    complain(file->status().message());
    return kCannotRun;
  }
  const std::string bytes = host::with_manifest(*program, *manifest);
  std::string name;
  const auto gated = host::gate_program(bytes, name);
  if (const auto* refusal = std::get_if<host::Refusal>(&gated)) {
    const bool of_manifest = !name.empty() || refusal->reason == host::reason::kBadManifest;
    complain((of_manifest ? options.manifest : options.program) + ": " + refusal->message);
    return kProblems;
  }
  const fs::path beside = fs::path(options.program).parent_path() / (name + "." + std::string(host::kProgramEnding));
  const fs::path file = options.file.empty() ? beside : fs::path(options.file);
  const fs::path staging = file.parent_path() / ("." + file.filename().string() + "." + std::to_string(::getpid()));
  if (const auto status = base::replace_file(file, staging, bytes, 0755); !status.ok()) {
    complain(status.message());
    return kCannotRun;
  }
  std::cout << file.string() << " holds " << name << " " << std::get<host::Gated>(gated).manifest.version << "\n";
  return kOk;
}

}  // namespace

void add_plugin_pack(CLI::App& plugin, Action& action) {
  auto options = std::make_shared<PackOptions>();
  auto* command =
      plugin.add_subcommand("pack", "Make a plugin's file of a program, such as one in Go, and its manifest");
  command->footer(
      "The manifest stands behind the program, which stays one that can be run.\n"
      "Examples:\n"
      "  solder plugin pack build/program --manifest manifest.json\n"
      "  solder plugin pack program --manifest manifest.json -o build/late-hour.plugin");
  command->add_option("PROGRAM", options->program, "The executable")->type_name("PROGRAM")->required();
  command->add_option("--manifest", options->manifest, "Its manifest, as a JSON file")->type_name("FILE")->required();
  command->add_option("-o,--output", options->file, "The plugin's file. Default: NAME.plugin beside the program")
      ->type_name("FILE");
  command->callback([&action, options] { action = [options] { return pack(*options); }; });
}

}  // namespace solder::cli
