#include "cli/snapshot_changes.h"

namespace solder::cli {

namespace {

void count(const xds::ResourceSet& before, const xds::ResourceSet& after, SnapshotChanges& changes) {
  xds::ResourceSet::compare(before, after, [&](const xds::ResourcePtr&, const xds::ResourcePtr& now) {
    ++(now ? changes.changed : changes.removed);
  });
}

}  // namespace

SnapshotChanges count_changes(const xds::SnapshotsByRole* before, const xds::SnapshotsByRole& after) {
  SnapshotChanges changes;
  static const xds::SnapshotsByRole kNone;
  static const xds::Snapshot kEmpty;
  const auto& old = before == nullptr ? kNone : *before;
  for (const auto& [role, snapshot] : after) {
    const auto previous = old.find(role);
    const xds::Snapshot& from = previous == old.end() ? kEmpty : *previous->second;
    for (size_t type = 0; type < xds::kResourceTypeCount; ++type)
      count(from.types[type], snapshot->types[type], changes);
  }
  for (const auto& [role, snapshot] : old) {
    if (after.count(role) != 0) continue;
    for (const auto& set : snapshot->types) count(set, {}, changes);
  }
  return changes;
}

}  // namespace solder::cli
