// Says each problem once when it appears and once when it is gone, however often the world is translated in between.
// Tested by tests/unit/cli/problem_log_test.cc.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/model/diagnostic.h"
#include "core/report/reporter.h"

namespace solder::cli {

class ProblemLog {
 public:
  struct Changes {
    std::vector<model::Diagnostic> appeared;
    std::vector<model::Diagnostic> gone;
  };
  // What is new and what is gone with these reports; all other objects are as they were. A problem that only moved to
  // another line is neither.
  Changes update(const report::Reports::Changes& reports);

 private:
  using Known = std::map<model::Diagnostic, model::Diagnostic>;  // without its line → as it was told

  void replace(const model::ObjectRef& object, Known now, Changes& changes);

  std::map<model::ObjectRef, Known> known_;
};

}  // namespace solder::cli
