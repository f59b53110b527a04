#include <algorithm>
#include <array>
#include <fstream>

#include "core/conformance/checks.h"
#include "core/host/plugin_set.h"

namespace solder::conformance {

namespace {

using nlohmann::ordered_json;

// What the host says of a plugin that keeps no promise; all else is said to users.
constexpr std::array<std::string_view, 4> kFaults = {"PluginFailed", "PluginThrew", "BadItem", "SlotNotAllowed"};
constexpr auto kLongCall = std::chrono::milliseconds(500);
constexpr size_t kBatch = 64;

std::string fault_in(const host::ItemOutput& output) {
  for (const auto& problem : output.diagnostics)
    if (std::find(kFaults.begin(), kFaults.end(), problem.reason) != kFaults.end())
      return problem.reason + ": " + problem.message;
  return "";
}

Verdict find_faults(Trial& trial, const std::vector<Probe>& probes) {
  auto session = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&session)) return failed(refused->message);
  std::string found;
  std::get<0>(session)->ask(probes, {}, [&](const Probe& probe, host::Site, const host::ItemOutput& output) {
    if (const std::string fault = fault_in(output); !fault.empty() && found.empty())
      found = "for " + words_for(probe) + ": " + fault;
  });
  trial.phase("being ended");
  session = host::Refused{};
  return found.empty() ? passed() : failed(found);
}

}  // namespace

Verdict check_answers(Trial& trial) { return find_faults(trial, trial.questions.given); }

Verdict check_odd_values(Trial& trial) {
  const Verdict verdict = find_faults(trial, trial.questions.made);
  if (verdict.state != State::kFailed) return verdict;
  return failed(verdict.message + " (seed " + std::to_string(trial.seed) + ")");
}

Verdict check_messages(Trial& trial) {
  auto session = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&session)) return failed(refused->message);
  const services::MessageTypes types;
  std::string found;
  std::get<0>(session)->ask(trial.questions.given, {},
                            [&](const Probe& probe, host::Site site, const host::ItemOutput& output) {
                              for (const auto& fragment : output.fragments) {
                                const auto text = fragment_json(types, site, fragment);
                                if (!text.ok() && found.empty())
                                  found = "for " + words_for(probe) + ": " + text.status().message();
                              }
                            });
  return found.empty() ? passed() : failed(found);
}

Verdict check_in_time(Trial& trial) {
  const auto& given = trial.questions.given;
  if (given.empty()) return skipped("there is nothing to ask it");
  auto session = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&session)) return failed(refused->message);
  std::vector<Probe> batch;
  for (size_t i = 0; i < kBatch; ++i) batch.push_back(given[i % given.size()]);
  const auto start = std::chrono::steady_clock::now();
  std::get<0>(session)->answers(batch);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  if (took <= kLongCall) return passed();
  return failed(std::to_string(kBatch) + " inputs take " + std::to_string(took.count()) +
                " ms, while translation waits; " + std::to_string(kLongCall.count()) + " ms are much");
}

Verdict check_golden(Trial& trial) {
  if (trial.files.empty()) return skipped("there are no cases; --testdata names their directory");
  auto opened = host::open_plugin(trial.candidate(), trial.load);
  if (const auto* refused = std::get_if<host::Refused>(&opened)) return failed(refused->message);
  const auto plugins = host::PluginSet::make({std::get<host::PluginPtr>(opened)}, {}, trial.load);
  const services::MessageTypes types;
  std::string wrong;
  size_t others = 0;
  for (CaseFile& file : trial.files) {
    for (ordered_json& one : file.cases) {
      const std::string where = file.path + ": " + one.value("case", "a case without words under \"case\"") + ": ";
      const auto got = run_plugin_case(*plugins, types, one);
      if (!got.ok()) return failed(where + got.status().message());
      const ordered_json expected = one.value("expect", ordered_json());
      one["expect"] = *got;
      // In which order members stand is no difference: languages have orders of their own.
      if (trial.update || nlohmann::json(expected) == nlohmann::json(*got)) continue;
      if (wrong.empty())
        wrong = where + "expected " + expected.dump() + ", found " + got->dump();
      else
        ++others;
    }
    if (trial.update) std::ofstream(file.path) << file.cases.dump(2) << "\n";
  }
  if (wrong.empty()) return passed();
  return failed(wrong + (others == 0 ? "" : "; and " + std::to_string(others) + " more"));
}

}  // namespace solder::conformance
