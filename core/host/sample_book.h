// Some of the inputs that a plugin was called with, as texts: what another generation of it is tried with in a process
// of its own before it may run in this one. A few for each key and scope, so that a large world costs no more than a
// small one. Guarded by its own lock. Tested by tests/unit/host/sample_book_test.cc.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/host/plugin_set.h"

namespace solder::host {

class Plugin;

class SampleBook {
 public:
  void take(Operation operation, solder_span in);
  [[nodiscard]] std::vector<std::string> all() const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<uint64_t, int> counts_;
  std::vector<std::string> samples_;
};

// Calls the plugin with each sample, alone. What it looks up is not there. False where a text is no sample.
bool replay(Plugin& plugin, const std::vector<std::string>& samples);

}  // namespace solder::host
