// The conformance kit: what is tried on a plugin's file, each by itself and, where code of the plugin runs, in a
// process of its own. docs/plugins/checking.md lists the checks for people; tests/plugin/conformance_test.py compares,
// and has a plugin for each that fails it and nothing else.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/conformance/session.h"
#include "core/conformance/verdict.h"

namespace solder::conformance {

// What stands in a process of its own may do there what it likes.
enum class Of { kAll, kLibraries, kInProcess };

struct Check {
  const char* id;
  const char* title;  // what is right
  const char* help;   // what to do where it is not
  const char* needs;  // the check that must have passed before; "": none
  Of of;              // what it is for
  Verdict (*run)(Trial&);
};

// In order.
const std::vector<Check>& all_checks();

struct Finding {
  const Check* check;
  Verdict verdict;
  std::chrono::microseconds took{};
};

struct RunOptions {
  std::vector<std::string> only;  // ids; empty: all
  bool in_process = false;        // for debuggers: what crashes takes everything with it
  std::chrono::milliseconds patience = std::chrono::seconds(20);
};

// Reads the file and what stands beside it. `load` has the runners of files that are no libraries.
base::Result<Trial> prepare(const std::string& file, const std::string& testdata, const host::LoadOptions& load,
                            uint64_t seed);
std::vector<Finding> run_checks(Trial& trial, const RunOptions& options);

}  // namespace solder::conformance
