// Looks at plugin files as a server does: code of theirs runs in a process of its own. Tested by
// tests/e2e/plugin_reload_test.py and tests/plugin/conformance_test.py.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/offline.h"
#include "core/host/loader.h"
#include "core/host/preflight.h"

namespace solder::cli {

class PluginInspector {
 public:
  // `directories`: where runners of files may be, beside the usual ones.
  explicit PluginInspector(std::vector<std::string> directories);

  std::variant<host::Candidate, host::Refused> look(const std::string& file);
  // What it says when it is tried.
  std::optional<std::string> try_out(const host::Candidate& candidate);
  std::vector<std::string> run_files(const std::vector<std::string>& directories);
  // What files are looked at with; runners of the file's kind are known.
  const host::LoadOptions& load_options_for(const std::string& file);

 private:
  void find_runners();

  const CopyDirectory copies_;
  host::Preflight preflight_;
  host::LoadOptions load_ = with_schemas({});
  std::vector<std::string> directories_;
};

}  // namespace solder::cli
