#include "cli/problem_log.h"

#include <utility>

namespace solder::cli {

ProblemLog::Changes ProblemLog::update(const model::Diagnostics& now) {
  std::map<model::Diagnostic, model::Diagnostic> current;
  for (const auto& problem : now) {
    if (problem.severity == model::Severity::kInfo) continue;
    model::Diagnostic key = problem;
    key.where.line = key.where.column = 0;
    current.emplace(std::move(key), problem);
  }
  Changes changes;
  for (const auto& [key, problem] : current) {
    if (known_.count(key) == 0) changes.appeared.push_back(problem);
  }
  for (const auto& [key, problem] : known_) {
    if (current.count(key) == 0) changes.gone.push_back(problem);
  }
  known_ = std::move(current);
  return changes;
}

}  // namespace solder::cli
