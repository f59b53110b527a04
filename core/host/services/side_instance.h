// An instance of a library's plugin beside the one that translates, so that the two never wait for each other: for
// capabilities that start things of their own. Tested by tests/plugin/discovery_test.cc and
// tests/plugin/config_watcher_test.cc.
#pragma once

#include <mutex>
#include <vector>

#include "core/host/library_plugin.h"

namespace solder::host {

class SideInstance {
 public:
  // All must outlive it.
  SideInstance(LibraryPlugin& plugin, HostTable::Listeners listeners);
  ~SideInstance();
  SideInstance(const SideInstance&) = delete;
  SideInstance& operator=(const SideInstance&) = delete;

  // Its timers and answers come from then on.
  base::Status create();
  // Nothing else runs inside the instance while this is held.
  [[nodiscard]] std::unique_lock<std::mutex> enter() { return std::unique_lock(strand_); }
  // One call, entered; what it says of each input. It may look up nothing and emit nothing.
  std::vector<ItemOutput> call(solder_op operation, solder_span in, const std::vector<Subject>& subjects);
  [[nodiscard]] HostTable& host() { return host_; }

 private:
  LibraryPlugin& plugin_;
  std::mutex strand_;
  HostTable host_;
  void* self_ = nullptr;
  bool created_ = false;
};

}  // namespace solder::host
