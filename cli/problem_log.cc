#include "cli/problem_log.h"

#include <algorithm>
#include <iterator>

namespace solder::cli {

ProblemLog::Changes ProblemLog::update(const model::Diagnostics& now) {
  std::set<model::Diagnostic> current;
  for (model::Diagnostic problem : now) {
    if (problem.severity == model::Severity::kInfo) continue;
    problem.where.line = problem.where.column = 0;
    current.insert(std::move(problem));
  }
  Changes changes;
  std::set_difference(current.begin(), current.end(), known_.begin(), known_.end(),
                      std::back_inserter(changes.appeared));
  std::set_difference(known_.begin(), known_.end(), current.begin(), current.end(), std::back_inserter(changes.gone));
  known_ = std::move(current);
  return changes;
}

}  // namespace solder::cli
