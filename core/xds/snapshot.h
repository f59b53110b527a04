// What the engine hands to the xDS server: for each type the resources by name, serialized once, with content-hash
// versions. Immutable after it was made and shared by pointer: an equal type keeps its pointer from one snapshot to the
// next. Tested by tests/unit/xds/snapshot_test.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace solder::xds {

// In make-before-break order: what comes first must be there before what comes later refers to it.
enum class ResourceType : uint8_t {
  kSecret,
  kCluster,
  kEndpoint,
  kExtensionConfig,
  kListener,
  kRoute,
};
inline constexpr size_t kResourceTypeCount = 6;

// "type.googleapis.com/envoy.config.cluster.v3.Cluster"
std::string_view type_url(ResourceType type);
std::optional<ResourceType> type_of(std::string_view type_url);
// "clusters", "endpoints", ...: as `solder translate -o json` names them.
std::string_view plural(ResourceType type);

struct Resource {
  std::string name;
  uint64_t hash = 0;    // of `message`: its version
  base::Bytes message;  // the resource itself in wire format, not packed in an Any
};
using ResourcePtr = std::shared_ptr<const Resource>;
ResourcePtr make_resource(std::string name, base::Bytes message);

struct ResourceSet {
  std::map<std::string, ResourcePtr, std::less<>> by_name;
  uint64_t hash = 0;  // over (name, hash) in order of name: the version of the whole set
};
using ResourceSetPtr = std::shared_ptr<const ResourceSet>;
// The set, or `previous` where it is equal to it.
ResourceSetPtr make_resource_set(std::map<std::string, ResourcePtr, std::less<>> by_name,
                                 const ResourceSetPtr& previous = nullptr);

struct Snapshot {
  std::array<ResourceSetPtr, kResourceTypeCount> types;  // never null in a finished snapshot

  [[nodiscard]] const ResourceSet& of(ResourceType type) const { return *types[static_cast<size_t>(type)]; }
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

// A node group is what Gloo calls a role: "gloo-system~gateway-proxy".
using SnapshotsByRole = std::map<std::string, SnapshotPtr>;

}  // namespace solder::xds
