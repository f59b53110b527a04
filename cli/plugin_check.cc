// `solder plugin check`: the conformance kit on one file.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/plugin_author_commands.h"
#include "cli/plugin_inspector.h"
#include "cli/plugin_trial_file.h"
#include "core/conformance/check.h"
#include "core/conformance/report_text.h"

namespace solder::cli {

namespace {

struct CheckOptions {
  TrialFile file;
  std::vector<std::string> only;
  std::string form, junit_file;
  int64_t patience = 20000;
  bool in_process = false, update = false;
};

std::vector<std::string> ids() {
  std::vector<std::string> out;
  for (const auto& check : conformance::all_checks()) out.emplace_back(check.id);
  return out;
}

int check(const CheckOptions& options) {
  PluginInspector inspector(options.file.directories);
  auto trial = prepare_trial(options.file, inspector);
  if (!trial.ok()) {
    complain(trial.status().message());
    return trial.status().code() == base::Code::kNotFound ? kCannotRun : kProblems;
  }
  trial->update = options.update;
  const auto findings =
      conformance::run_checks(*trial, {options.only, options.in_process, std::chrono::milliseconds(options.patience)});
  const std::string name = std::filesystem::path(options.file.path).filename().string();
  std::cout << (options.form == "junit" ? conformance::to_junit(name, findings) : conformance::to_tap(findings))
            << std::flush;
  if (!options.junit_file.empty() && !(std::ofstream(options.junit_file) << conformance::to_junit(name, findings))) {
    complain(options.junit_file + " cannot be written");
    return kCannotRun;
  }
  const bool bad = std::any_of(findings.begin(), findings.end(), [](const conformance::Finding& finding) {
    return finding.verdict.state == conformance::State::kFailed;
  });
  return bad ? kProblems : kOk;
}

}  // namespace

void add_plugin_check(CLI::App& plugin, Action& action) {
  auto options = std::make_shared<CheckOptions>();
  auto* command = plugin.add_subcommand("check", "Run the conformance kit on a plugin's file");
  command->footer(
      "Code of the plugin runs in processes of its own. Exits with 1 if a check fails.\n"
      "Examples:\n"
      "  solder plugin check build/maintenance.so\n"
      "  solder plugin check maintenance.py --junit report.xml\n"
      "  solder plugin check maintenance.so --only golden --update");
  add_trial_file(*command, options->file);
  command->add_option("--only", options->only, "Run this check; may be given several times")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(ids()))
      ->type_name("CHECK");
  command->add_flag("--update", options->update, "Write what the cases give into their files");
  command->add_option("--seed", options->file.seed, "Of the values that are made from the schemas")
      ->type_name("NUMBER")
      ->capture_default_str();
  command->add_option("--patience", options->patience, "Milliseconds that one check may take")
      ->check(CLI::PositiveNumber)
      ->type_name("MS")
      ->capture_default_str();
  command->add_flag("--in-process", options->in_process, "Run all in this process, for a debugger");
  add_output_form(*command, options->form, {"tap", "junit"});
  command->add_option("--junit", options->junit_file, "Write JUnit's XML into this file as well")->type_name("FILE");
  command->callback([&action, options] { action = [options] { return check(*options); }; });
}

}  // namespace solder::cli
