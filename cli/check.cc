// `solder check`: what is wrong with a set of manifests.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/from_gloo.h"
#include "cli/offline.h"
#include "core/report/reporter.h"

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

struct CheckOptions {
  OfflineOptions offline;
  std::string form;
  bool from_gloo = false;
};

struct Counts {
  size_t accepted = 0, warning = 0, rejected = 0, files = 0;

  [[nodiscard]] bool bad() const { return rejected + files > 0; }
};

bool of_file(const model::ObjectRef& ref) { return ref.kind == "File"; }

std::string counted(size_t number, const char* one, const char* many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

std::string summary(const Counts& counts) {
  std::string text = counted(counts.accepted + counts.warning + counts.rejected, "object", "objects") + ": " +
                     std::to_string(counts.accepted) + " Accepted, " + std::to_string(counts.warning) + " Warning, " +
                     std::to_string(counts.rejected) + " Rejected";
  if (counts.files > 0) text += "; " + counted(counts.files, "problem", "problems") + " with files";
  return text;
}

Counts count(const std::vector<model::ObjectReport>& reports) {
  Counts counts;
  for (const auto& report : reports) {
    if (of_file(report.object)) {
      for (const auto& problem : report.diagnostics)
        counts.files += problem.severity == model::Severity::kError ? 1 : 0;
      continue;
    }
    (report.state == model::State::kAccepted  ? counts.accepted
     : report.state == model::State::kWarning ? counts.warning
                                              : counts.rejected)++;
  }
  return counts;
}

void print_json(const std::vector<model::ObjectReport>& reports, const Counts& counts) {
  Json out{{"summary",
            {{"accepted", counts.accepted},
             {"warning", counts.warning},
             {"rejected", counts.rejected},
             {"fileProblems", counts.files}}},
           {"reports", Json::array()}};
  for (const auto& report : reports) out["reports"].push_back(Json::parse(report::to_json(report), nullptr, false));
  std::cout << out.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

void print_text(const std::vector<model::ObjectReport>& reports, const Counts& counts) {
  for (const auto& report : reports) {
    for (const auto& problem : report.diagnostics) std::cout << report::to_text(problem) << "\n";
  }
  std::cout << summary(counts) << "\n";
}

int check(const CheckOptions& options) {
  const auto run = run_offline(options.offline);
  if (!run.ok()) {
    complain(run.status().message());
    return kCannotRun;
  }
  for (const auto& note : (*run)->plugins.notes) complain(note);
  if (options.from_gloo) return report_from_gloo(**run, options.offline.paths, options.form);
  const auto reports = report::make_reports((*run)->engine->objects(), (*run)->engine->diagnostics());
  const Counts counts = count(reports);
  if (options.form == "json") {
    print_json(reports, counts);
  } else {
    print_text(reports, counts);
  }
  return counts.bad() ? kProblems : kOk;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("check", "Report every problem in a set of manifests");
  command->footer(
      "Exits with 1 if an object is Rejected or a file cannot be read; warnings are printed and pass.\n"
      "With --from-gloo: with 1 if an object is not supported or has mistakes, or a file cannot be read.\n"
      "Examples:\n"
      "  solder check manifests\n"
      "  solder check -o json petstore.yaml upstreams/\n"
      "  solder check --from-gloo dump               what would change for objects of Gloo's");
  auto options = std::make_shared<CheckOptions>();
  add_offline_options(*command, options->offline);
  command->add_flag("--from-gloo", options->from_gloo,
                    "Say for each object of Gloo's what would change: dumps of kubectl, output of Helm");
  add_output_form(*command, options->form, {"text", "json"});
  command->callback([&action, options] { action = [options] { return check(*options); }; });
}

}  // namespace solder::cli
