// The file that `solder plugin check` and `bench` look at, with what stands beside it. Tested by
// tests/plugin/conformance_test.py.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/plugin_inspector.h"
#include "core/conformance/check.h"

namespace solder::cli {

struct TrialFile {
  std::string path, testdata, config_file;
  std::vector<std::string> directories;
  uint64_t seed = 1;
};

// FILE, --testdata, --config, --plugin-dir.
void add_trial_file(CLI::App& command, TrialFile& file);
// Not found: the file is not there.
base::Result<conformance::Trial> prepare_trial(const TrialFile& file, PluginInspector& inspector);

}  // namespace solder::cli
