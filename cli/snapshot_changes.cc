#include "cli/snapshot_changes.h"

namespace solder::cli {

namespace {

void count(const xds::ResourceSet* before, const xds::ResourceSet* after, SnapshotChanges& changes) {
  static const xds::ResourceSet kNothing;
  if (before == nullptr) before = &kNothing;
  if (after == nullptr) after = &kNothing;
  if (before == after || (before->hash == after->hash && before->by_name.size() == after->by_name.size())) return;
  auto old = before->by_name.begin();
  for (const auto& [name, resource] : after->by_name) {
    for (; old != before->by_name.end() && old->first < name; ++old) ++changes.removed;
    const bool known = old != before->by_name.end() && old->first == name;
    if (!known || old->second->hash != resource->hash) ++changes.changed;
    if (known) ++old;
  }
  for (; old != before->by_name.end(); ++old) ++changes.removed;
}

}  // namespace

SnapshotChanges count_changes(const xds::SnapshotsByRole* before, const xds::SnapshotsByRole& after) {
  SnapshotChanges changes;
  static const xds::SnapshotsByRole kNone;
  const auto& old = before == nullptr ? kNone : *before;
  for (const auto& [role, snapshot] : after) {
    const auto previous = old.find(role);
    for (size_t type = 0; type < xds::kResourceTypeCount; ++type) {
      const auto* set = previous == old.end() ? nullptr : previous->second->types[type].get();
      count(set, snapshot->types[type].get(), changes);
    }
  }
  for (const auto& [role, snapshot] : old) {
    if (after.count(role) != 0) continue;
    for (const auto& set : snapshot->types) count(set.get(), nullptr, changes);
  }
  return changes;
}

}  // namespace solder::cli
