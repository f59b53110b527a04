#include "core/xds/endpoint_reference.h"

#include <protozero/pbf_reader.hpp>

#include "solder/envoy_fields.h"

namespace solder::xds {
namespace {

namespace cluster_v3 = envoy::config::cluster::v3;

std::string service_name(protozero::pbf_reader config) {
  std::string name;
  while (config.next()) {
    if (config.tag() == cluster_v3::Cluster::EdsClusterConfig::kServiceName) {
      name = config.get_string();
    } else {
      config.skip();
    }
  }
  return name;
}

}  // namespace

std::optional<std::string> endpoint_reference(const Resource& resource) {
  const std::string wire = resource.message.flatten();
  std::optional<std::string> service;
  int32_t type = 0;
  try {  // protozero reports malformed bytes by throwing
    protozero::pbf_reader cluster{wire};
    while (cluster.next()) {
      if (cluster.tag() == cluster_v3::Cluster::kType) {
        type = cluster.get_enum();
      } else if (cluster.tag() == cluster_v3::Cluster::kEdsClusterConfig) {
        service = service_name(cluster.get_message());
      } else {
        cluster.skip();
      }
    }
  } catch (const protozero::exception&) {
    return std::nullopt;
  }
  if (type != cluster_v3::Cluster::DiscoveryType::kEDS) return std::nullopt;
  return service && !service->empty() ? *service : resource.name;
}

}  // namespace solder::xds
