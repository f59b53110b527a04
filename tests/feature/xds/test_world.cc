#include "tests/feature/xds/test_world.h"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "core/base/hash.h"
#include "solder/envoy_fields.h"

namespace solder::xds::testing {
namespace {

// Each served type has its name in field 1; no Envoy message has a field 1000.
constexpr uint32_t kName = 1;
constexpr uint32_t kTestValue = 1000;

}  // namespace

std::string make_message(ResourceType type, const std::string& name, const std::string& value) {
  namespace cluster_v3 = envoy::config::cluster::v3;
  std::string wire;
  protozero::pbf_writer message{wire};
  message.add_string(kName, name);
  if (type == ResourceType::kCluster && value.rfind("eds", 0) == 0) {
    message.add_enum(cluster_v3::Cluster::kType, cluster_v3::Cluster::DiscoveryType::kEDS);
  }
  message.add_string(kTestValue, value);
  return wire;
}

std::pair<std::string, std::string> read_message(std::string_view wire) {
  std::pair<std::string, std::string> found;
  protozero::pbf_reader message{wire.data(), wire.size()};
  while (message.next()) {
    if (message.tag() == kName) {
      found.first = message.get_string();
    } else if (message.tag() == kTestValue) {
      found.second = message.get_string();
    } else {
      message.skip();
    }
  }
  return found;
}

SnapshotPtr make_snapshot(const World& world) {
  auto snapshot = std::make_shared<Snapshot>();
  for (size_t i = 0; i < kResourceTypeCount; ++i) {
    const auto type = static_cast<ResourceType>(i);
    std::vector<ResourcePtr> resources;
    if (const auto found = world.find(type); found != world.end()) {
      for (const auto& [name, value] : found->second) {
        base::Bytes message(make_message(type, name, value));
        const bool for_all = type != ResourceType::kVirtualHost || name.back() == '/' || value.rfind("all", 0) == 0;
        const uint64_t hash = base::hash_bytes(message);
        resources.push_back(for_all ? make_resource(name, std::move(message), hash)
                                    : make_resource_on_demand(name, std::move(message), hash));
      }
    }
    snapshot->types[i] = ResourceSet(std::move(resources));
  }
  return snapshot;
}

std::shared_ptr<const SnapshotsByRole> make_snapshots(const std::string& role, const World& world) {
  return std::make_shared<const SnapshotsByRole>(SnapshotsByRole{{role, make_snapshot(world)}});
}

}  // namespace solder::xds::testing
