// Says each problem once when it appears and once when it is gone, however often the world is translated in between.
// Tested by tests/unit/cli/problem_log_test.cc.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/model/diagnostic.h"

namespace solder::cli {

class ProblemLog {
 public:
  struct Changes {
    std::vector<model::Diagnostic> appeared;
    std::vector<model::Diagnostic> gone;
  };
  // What is new and what is gone since the last call. A problem that only moved to another line is neither.
  Changes update(const model::Diagnostics& now);

 private:
  std::map<model::Diagnostic, model::Diagnostic> known_;  // without its line → as it was told
};

}  // namespace solder::cli
