// The current snapshot of each node group (role). Remembers which nodes came without a known role, so that each is
// named in the log once. Any thread. Tested by tests/unit/xds/parts_test.cc.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "core/xds/snapshot.h"

namespace solder::xds {

// A world without anything in it.
SnapshotPtr make_empty_snapshot();

class NodeGroups {
 public:
  NodeGroups() : empty_(make_empty_snapshot()) {}

  void publish(std::shared_ptr<const SnapshotsByRole> snapshots);
  // The role's snapshot, the empty one where there is no such role, null while nothing was published.
  [[nodiscard]] SnapshotPtr find(const std::string& role) const;
  // What to log about a node whose role has no snapshot: a line the first time, then an empty text.
  std::string complaint(const std::string& node_id, const std::string& role);

 private:
  const SnapshotPtr empty_;
  mutable std::mutex mutex_;
  std::shared_ptr<const SnapshotsByRole> current_;
  std::set<std::string> complained_;
};

}  // namespace solder::xds
