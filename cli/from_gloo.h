// `solder check --from-gloo`: what would change for a set of Gloo's objects. Tested by
// tests/unit/cli/from_gloo_test.py.
#pragma once

#include <string>

#include "cli/offline.h"

namespace solder::cli {

// Prints a verdict for each object, as "text" or "json", and gives the exit code: kProblems where an object is
// not served or mistaken, or a file could not be read.
int report_from_gloo(const Offline& run, const std::vector<std::string>& paths, const std::string& form);

}  // namespace solder::cli
