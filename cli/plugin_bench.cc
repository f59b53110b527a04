// `solder plugin bench`: what calls of a plugin cost.
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/plugin_author_commands.h"
#include "cli/plugin_inspector.h"
#include "cli/plugin_trial_file.h"
#include "core/conformance/bench.h"

namespace solder::cli {

namespace {

struct BenchOptions {
  TrialFile file;
  std::string form;
  int64_t milliseconds = 200;
};

int bench(const BenchOptions& options) {
  PluginInspector inspector(options.file.directories);
  auto trial = prepare_trial(options.file, inspector);
  if (!trial.ok()) {
    complain(trial.status().message());
    return trial.status().code() == base::Code::kNotFound ? kCannotRun : kProblems;
  }
  const auto timings = conformance::bench(*trial, std::chrono::milliseconds(options.milliseconds));
  if (const auto* problem = std::get_if<std::string>(&timings)) {
    complain(options.file.path + ": " + *problem);
    return kProblems;
  }
  const auto& rows = std::get<0>(timings);
  if (options.form == "json") {
    std::cout << conformance::to_json(std::filesystem::path(options.file.path).filename().string(), rows) << "\n";
  } else {
    std::cout << conformance::to_table(rows);
  }
  return kOk;
}

}  // namespace

void add_plugin_bench(CLI::App& plugin, Action& action) {
  auto options = std::make_shared<BenchOptions>();
  auto* command = plugin.add_subcommand("bench", "Measure what calls of a plugin cost");
  command->footer(
      "For each operation and key, in batches of 1 and 64, asked what its cases and examples ask. The row \"host\" is\n"
      "what a call costs where the plugin does nothing; it is a part of every other row.\n"
      "Examples:\n"
      "  solder plugin bench build/maintenance.so\n"
      "  solder plugin bench maintenance.py -o json");
  add_trial_file(*command, options->file);
  command->add_option("--time", options->milliseconds, "Milliseconds for each row")
      ->check(CLI::PositiveNumber)
      ->type_name("MS")
      ->capture_default_str();
  add_output_form(*command, options->form, {"table", "json"});
  command->callback([&action, options] { action = [options] { return bench(*options); }; });
}

}  // namespace solder::cli
