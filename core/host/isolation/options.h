// Which plugins are served by a process of their own, and how.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "core/host/isolation/limits.h"
#include "core/host/isolation/spawning.h"
#include "core/host/manifest.h"

namespace solder::host::isolation {

enum class Mode { kAsManifestSays, kProcess, kInProcess };

struct IsolationOptions {
  // What runs serve_plugin(); without one every plugin runs in this process.
  Program program{};
  bool inside = false;  // this is such a process already
  Mode others = Mode::kAsManifestSays;
  std::map<std::string, Mode> plugins{};  // by name
  Limits limits{};
  std::chrono::milliseconds start_patience = std::chrono::seconds(10);
  std::chrono::milliseconds first_wait = std::chrono::seconds(1);  // after a failure; twice as long after each next
};

[[nodiscard]] inline bool is_isolated(const Manifest& manifest, const IsolationOptions& options) {
  if (options.inside || options.program.path.empty()) return false;
  const auto chosen = options.plugins.find(manifest.name);
  const Mode mode = chosen == options.plugins.end() ? options.others : chosen->second;
  return mode == Mode::kAsManifestSays ? !manifest.in_process : mode == Mode::kProcess;
}

}  // namespace solder::host::isolation
