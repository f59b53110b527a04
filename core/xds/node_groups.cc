#include "core/xds/node_groups.h"

#include <utility>

#include "core/xds/discovery_request.h"

namespace solder::xds {
namespace {

constexpr size_t kMaxComplaints = 1000;  // node ids come from anybody
constexpr size_t kMaxListedRoles = 10;

std::string list_of(const SnapshotsByRole& snapshots) {
  if (snapshots.empty()) return "there is no role at all yet";
  std::string roles;
  size_t listed = 0;
  for (const auto& [role, snapshot] : snapshots) {
    if (++listed > kMaxListedRoles) return "there are " + roles + " and others";
    roles += (roles.empty() ? "\"" : ", \"") + role + "\"";
  }
  return (listed == 1 ? "there is " : "there are ") + roles;
}

}  // namespace

SnapshotPtr make_empty_snapshot() { return std::make_shared<const Snapshot>(); }

void NodeGroups::publish(std::shared_ptr<const SnapshotsByRole> snapshots) {
  const std::lock_guard lock(mutex_);
  current_.swap(snapshots);
}

SnapshotPtr NodeGroups::find(const std::string& role) const {
  const std::lock_guard lock(mutex_);
  if (!current_) return nullptr;
  const auto found = current_->find(role);
  return found != current_->end() && found->second ? found->second : empty_;
}

std::string NodeGroups::complaint(const std::string& node_id, const std::string& role) {
  const std::lock_guard lock(mutex_);
  if (!current_ || current_->count(role) != 0 || complained_.size() >= kMaxComplaints) return {};
  if (!complained_.insert(node_id + '\n' + role).second) return {};
  const std::string what = role.empty() ? "has no metadata.role" : "has metadata.role \"" + printable(role, 200) + "\"";
  return "misconfigured-node: xDS node \"" + node_id + "\" " + what + "; " + list_of(*current_) +
         ". It is served an empty configuration until its bootstrap names one of them";
}

}  // namespace solder::xds
