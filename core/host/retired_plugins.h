// Generations that no longer run: each is ended as soon as nobody holds it, in the thread that asks. Those whose
// library cannot leave the process are counted, since only so many are let in. One thread.
// Tested by tests/plugin/manager_test.cc.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/host/plugin.h"

namespace solder::host {

inline constexpr size_t kMostResident = 8;

class RetiredPlugins {
 public:
  explicit RetiredPlugins(std::string copy_directory) : copy_directory_(std::move(copy_directory)) {}

  void add(PluginPtr plugin) {
    plugin->serve(false);
    waiting_.push_back(std::move(plugin));
  }
  // Ends those that nobody holds any more. True where some are left.
  bool end_idle();
  // No other library that stays mapped can be let in.
  [[nodiscard]] bool full() const { return resident_.size() >= kMostResident; }
  // Contents of libraries that stayed mapped.
  [[nodiscard]] const std::set<std::string>& resident() const { return resident_; }

 private:
  const std::string copy_directory_;
  std::vector<PluginPtr> waiting_;
  std::set<std::string> resident_;
};

// Whether a library of that path is mapped in this process.
bool is_mapped(const std::string& path);

}  // namespace solder::host
