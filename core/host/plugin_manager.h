// The plugin directories as they change, followed by a thread of its own: what is dropped in runs, what is replaced is
// reloaded, what is taken away is retired (plugin_switch.h has the steps). Commands come from other threads and wait
// for their turn. Tested by tests/plugin/manager_test.cc and tests/e2e/plugin_reload_test.py.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/host/plugin_switch.h"

namespace solder::host {

struct ManagerOptions {
  SwitchOptions plugins;  // load.copy_directory is where everything about plugins is kept
  // What runs serve_preflight(0); without a program nothing is tried in a process of its own.
  std::string preflight_program;
  std::vector<std::string> preflight_arguments;
  std::chrono::milliseconds preflight_patience = std::chrono::seconds(30);
};

class PluginManager {
 public:
  // Loads what is there.
  static base::Result<std::unique_ptr<PluginManager>> open(ManagerOptions options);
  // Stops following.
  ~PluginManager();
  PluginManager(const PluginManager&) = delete;
  PluginManager& operator=(const PluginManager&) = delete;

  // Follows the directories from now on. `propose` is called from the manager's thread.
  base::Status follow(Propose propose);
  // Nothing is proposed any more once this returns; the instances stay.
  void stop();

  // All of these from any thread.
  [[nodiscard]] std::shared_ptr<PluginSet> plugins() const;
  [[nodiscard]] std::shared_ptr<PluginSet> listing() const;
  [[nodiscard]] std::string history_json(const std::string& plugin) const;
  // They wait until it is done. Each looks at the directories first.
  base::Result<std::string> look();
  base::Result<std::string> reload(const std::string& name, bool force, const std::string& by);
  base::Result<std::string> roll_back(const std::string& name, const std::string& to, const std::string& by);
  base::Result<std::string> forget(const std::string& name, const std::string& by);
  base::Result<std::string> revive(const std::string& name, const std::string& by);
  // Does not wait.
  void refused_by_envoy(std::set<std::string> resources, std::string words);

 private:
  struct Impl;
  explicit PluginManager(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace solder::host
