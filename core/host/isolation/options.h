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
  bool inside = false;   // this is such a process already, or one that tries plugins
  bool shut_in = false;  // what is opened here can do only what it could in such a process
  Mode others = Mode::kAsManifestSays;
  std::map<std::string, Mode> plugins{};  // by name
  Limits limits{};
  std::chrono::milliseconds start_patience = std::chrono::seconds(10);
  std::chrono::milliseconds first_wait = std::chrono::seconds(1);  // after a failure; twice as long after each next
};

// One that runs other plugins' files never is: it is opened in the process of each of them.
[[nodiscard]] bool is_isolated(const Manifest& manifest, const IsolationOptions& options);

// What such a process cannot give to the plugin, which is a program and needs it: "the host service solder.http/1".
// Empty: nothing.
[[nodiscard]] std::string missing_apart(const Manifest& manifest);

}  // namespace solder::host::isolation
