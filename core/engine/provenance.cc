#include "core/engine/provenance.h"

#include <algorithm>
#include <utility>

namespace solder::engine {

std::vector<ResourceProvenance> collect_provenance(Translation& t, const VisibleWorld& world) {
  std::vector<ResourceProvenance> all;
  Reader reader(t.graph);
  const auto add = [&](xds::ResourceType type, const std::string& name, ProvenanceList fields) {
    if (fields.empty()) return;
    std::sort(fields.begin(), fields.end());
    all.push_back({type, name, std::move(fields)});
  };
  for (const auto& ref : world.seen("Upstream")) {
    ProvenanceList fields;
    const auto cluster = build_cluster(t, reader, ref, &fields);
    if (cluster->cluster) add(xds::ResourceType::kCluster, cluster->name, std::move(fields));
  }
  for (const auto& ref : world.seen("VirtualService")) {
    ProvenanceList fields;
    const auto service = build_virtual_service(t, reader, {ref, ""}, &fields);
    if (service->serving) add(xds::ResourceType::kRoute, service->name, std::move(fields));
  }
  for (const auto& ref : world.seen("Gateway")) {
    ProvenanceList fields;
    const auto listener = build_listener(t, reader, ref, &fields);
    if (listener->listener) add(xds::ResourceType::kListener, listener->listener->name, std::move(fields));
  }
  return all;
}

}  // namespace solder::engine
