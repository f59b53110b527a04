#include "cli/admission.h"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <set>

#include "core/report/reporter.h"

namespace solder::cli {

using nlohmann::json;

namespace {

// How long a store may take to tell of what was let in. What was not stored after all counts no longer than that.
constexpr auto kUntilSeen = std::chrono::seconds(1);

bool flag(const json& validation, const char* name, const char* snake, bool otherwise) {
  for (const char* each : {name, snake}) {
    if (validation.contains(each) && validation.at(each).is_boolean()) return validation.at(each).get<bool>();
  }
  return otherwise;
}

struct Found {
  std::vector<std::string> errors, warnings;

  void add(const model::Diagnostic& problem) {
    if (problem.severity == model::Severity::kInfo) return;
    (problem.severity == model::Severity::kError ? errors : warnings).push_back(report::to_text(problem));
  }
};

using Problem = std::pair<std::string, std::string>;  // reason, field

std::set<Problem> problems_of(const Admission::Known& known, const model::ObjectRef& ref) {
  std::set<Problem> out;
  const auto at = known.find(ref);
  if (at == known.end()) return out;
  for (const auto& each : at->second.diagnostics) out.emplace(each.reason, each.field);
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

}  // namespace

AdmissionPolicy admission_policy(const std::string& settings_spec_json) {
  const json spec = json::parse(settings_spec_json, nullptr, false);
  const auto gateway = spec.is_object() ? spec.value("gateway", json()) : json();
  const auto validation = gateway.is_object() ? gateway.value("validation", json()) : json();
  if (!validation.is_object()) return {};
  return {flag(validation, "alwaysAccept", "always_accept", true),
          flag(validation, "allowWarnings", "allow_warnings", true)};
}

void Admission::forget(const engine::Engine& engine, Clock::time_point now) {
  std::erase_if(let_in_, [&](const auto& each) {
    const auto& [object, when] = each.second;
    const auto is = engine.find(each.first);
    const bool seen = object == nullptr ? is == nullptr : is != nullptr && is->hash == object->hash;
    return seen || now - when >= kUntilSeen;
  });
}

admission::Verdict Admission::judge(const admission::Review& review, engine::Engine& engine, const Known& known,
                                    Clock::time_point now) {
  forget(engine, now);
  std::set<model::ObjectRef> asked;
  for (const auto& change : review.changes) asked.insert(change.ref);
  std::vector<store::Change> world;
  for (const auto& [ref, one] : let_in_) {
    if (asked.count(ref) == 0) world.push_back({ref, one.first});
  }
  world.insert(world.end(), review.changes.begin(), review.changes.end());
  Found found;
  for (const auto& problem : review.problems) found.add(problem);
  std::set<model::ObjectRef> told;
  for (const auto& change : review.changes.empty() ? std::vector<model::ObjectChange>() : engine.try_changes(world)) {
    told.insert(change.ref);
    // Of the objects themselves everything counts, of others what is new; who wrote what was let in was warned then.
    const bool mine = asked.count(change.ref) != 0;
    const auto before = mine ? std::set<Problem>() : problems_of(known, change.ref);
    for (const auto& problem : change.diagnostics) {
      const bool old_warning = !mine && let_in_.count(change.ref) != 0 && problem.severity != model::Severity::kError;
      if (before.count({problem.reason, problem.field}) == 0 && !old_warning) found.add(problem);
    }
  }
  for (const auto& change : review.changes) {
    const auto at = known.find(change.ref);
    if (!change.object || told.count(change.ref) != 0 || at == known.end()) continue;
    for (const auto& problem : at->second.diagnostics) found.add(problem);
  }
  const AdmissionPolicy policy = admission_policy(engine.settings_json());
  admission::Verdict verdict;
  auto& refused = found.errors;
  if (!policy.allow_warnings) refused.insert(refused.end(), found.warnings.begin(), found.warnings.end());
  verdict.allowed = refused.empty() || policy.always_accept;
  if (!refused.empty())
    spdlog::info("validation: {}{}", verdict.allowed ? "let in all the same: " : "", refused.front());
  if (!verdict.allowed) verdict.message = joined(refused);
  if (verdict.allowed) verdict.warnings = refused;
  if (policy.allow_warnings)
    verdict.warnings.insert(verdict.warnings.end(), found.warnings.begin(), found.warnings.end());
  if (!verdict.allowed || review.dry_run) return verdict;
  for (const auto& change : review.changes) let_in_[change.ref] = {change.object, now};
  return verdict;
}

}  // namespace solder::cli
