// How much two sets of snapshots differ, for the log. Equal parts are equal pointers, so what did not change costs
// nothing. Tested by tests/unit/cli/snapshot_changes_test.cc.
#pragma once

#include <cstddef>

#include "core/xds/snapshot.h"

namespace solder::cli {

struct SnapshotChanges {
  size_t changed = 0;  // new ones included
  size_t removed = 0;
};

// `before` may be null: nothing.
SnapshotChanges count_changes(const xds::SnapshotsByRole* before, const xds::SnapshotsByRole& after);

}  // namespace solder::cli
