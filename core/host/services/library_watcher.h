// A source of objects that a library brings: a second instance of its plugin. Tested by
// tests/plugin/config_watcher_test.cc.
#pragma once

#include <memory>

#include "core/host/services/side_instance.h"
#include "core/host/services/watcher.h"

namespace solder::host {

class LibraryWatcher final : public Watcher {
 public:
  // Both must outlive it.
  static base::Result<std::unique_ptr<Watcher>> make(LibraryPlugin& plugin, ObjectListener& listener);
  LibraryWatcher(LibraryPlugin& plugin, ObjectListener& listener);

  base::Status watch(const std::vector<WatchedKind>& kinds) override;
  void statuses(const std::vector<ObjectStatus>& statuses) override;
  void share(const std::vector<ObjectStatus>& entries) override;
  bool change(const StoreChange& change) override;

 private:
  void tell(solder_op operation, const std::vector<ObjectStatus>& objects);

  LibraryPlugin& plugin_;
  SideInstance instance_;
};

}  // namespace solder::host
