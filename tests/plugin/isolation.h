// A plugin in a process of its own, in a set of plugins as commands without a server have it. Used by the tests of
// isolation.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "core/host/plugin.h"
#include "tests/plugin/plugin_directory.h"

namespace solder::host {

inline isolation::Program plugin_host() { return {SOLDER_PLUGIN_HOST_HELPER, {}}; }

class Isolated {
 public:
  explicit Isolated(const std::string& built, std::chrono::milliseconds deadline = std::chrono::milliseconds(2000),
                    const isolation::Limits& limits = {}) {
    directory.add(built);
    options = directory.options();
    options.call_deadline = deadline;
    options.isolation.program = plugin_host();
    options.isolation.others = isolation::Mode::kProcess;
    options.isolation.limits = limits;
    options.isolation.first_wait = std::chrono::milliseconds(20);
    plugins = PluginSet::load(options);
    for (const auto& refused : plugins->refused()) ADD_FAILURE() << refused.reason << ": " << refused.message;
  }

  // What it gives for one value of its option; "" where that is nothing.
  [[nodiscard]] std::string ask(const std::string& key, const std::string& value, const Lookup& lookup = {}) {
    outputs = call_option(*plugins, key, {value}, lookup);
    return outputs.empty() || outputs[0].fragments.empty() ? "" : outputs[0].fragments[0].bytes;
  }
  // Of the last question: "Reason: message".
  [[nodiscard]] std::string problem() const {
    if (outputs.empty() || outputs[0].diagnostics.empty()) return "";
    return outputs[0].diagnostics[0].reason + ": " + outputs[0].diagnostics[0].message;
  }
  [[nodiscard]] Plugin& plugin(const std::string& key) const { return *plugins->option("route", key); }
  [[nodiscard]] IsolationInfo info() const { return *plugins->loaded().at(0).isolation; }
  [[nodiscard]] std::string state() const { return plugins->loaded().at(0).state; }

  PluginDirectory directory;
  LoadOptions options;
  std::unique_ptr<PluginSet> plugins;
  std::vector<ItemOutput> outputs;
};

inline void until(const std::function<bool()>& reached, const std::string& what) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!reached()) {
    if (std::chrono::steady_clock::now() > end) FAIL() << "not reached: " << what;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace solder::host
