// What the engine hands to the xDS server: for each type the resources by name, serialized once, with content-hash
// versions. Immutable after it was made; one snapshot shares with the next what did not change.
// Tested by tests/unit/xds/snapshot_test.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/xds/resource_set.h"

namespace solder::xds {

// In make-before-break order: what comes first must be there before what comes later refers to it.
enum class ResourceType : uint8_t {
  kSecret,
  kCluster,
  kEndpoint,
  kExtensionConfig,
  kListener,
  kScopedRoute,
  kRoute,
  kVirtualHost,
};
inline constexpr size_t kResourceTypeCount = 8;

// "type.googleapis.com/envoy.config.cluster.v3.Cluster"
std::string_view type_url(ResourceType type);
std::optional<ResourceType> type_of(std::string_view type_url);
// "clusters", "endpoints", ...: as `solder translate -o json` names them.
std::string_view plural(ResourceType type);

struct Snapshot {
  std::array<ResourceSet, kResourceTypeCount> types;
  // The same world with large route configurations as scopes or virtual hosts on demand, for those who can take it:
  // delta clients. Null: nothing is that large.
  std::shared_ptr<const Snapshot> scoped;

  [[nodiscard]] const ResourceSet& of(ResourceType type) const { return types[static_cast<size_t>(type)]; }
  [[nodiscard]] bool same(const Snapshot& other) const {
    for (size_t i = 0; i < types.size(); ++i) {
      if (!types[i].same(other.types[i])) return false;
    }
    if (scoped == other.scoped) return true;
    return scoped && other.scoped && scoped->same(*other.scoped);
  }
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

// A node group is what Gloo calls a role: "gloo-system~gateway-proxy".
using SnapshotsByRole = std::map<std::string, SnapshotPtr>;

}  // namespace solder::xds
