#include "cli/problem_log.h"

#include <utility>

namespace solder::cli {

ProblemLog::Changes ProblemLog::update(const report::Reports::Changes& reports) {
  Changes changes;
  for (const auto& report : reports.reports) {
    Known now;
    for (const auto& problem : report.diagnostics) {
      if (problem.severity == model::Severity::kInfo) continue;
      model::Diagnostic key = problem;
      key.where.line = key.where.column = 0;
      now.emplace(std::move(key), problem);
    }
    replace(report.object, std::move(now), changes);
  }
  for (const auto& object : reports.gone) replace(object, {}, changes);
  return changes;
}

void ProblemLog::replace(const model::ObjectRef& object, Known now, Changes& changes) {
  const auto at = known_.find(object);
  const Known before = at == known_.end() ? Known() : std::move(at->second);
  for (const auto& [key, problem] : now) {
    if (before.count(key) == 0) changes.appeared.push_back(problem);
  }
  for (const auto& [key, problem] : before) {
    if (now.count(key) == 0) changes.gone.push_back(problem);
  }
  if (at != known_.end()) known_.erase(at);
  if (!now.empty()) known_.emplace(object, std::move(now));
}

}  // namespace solder::cli
