#include "core/xds/snapshot.h"

namespace solder::xds {
namespace {

struct TypeNames {
  std::string_view url;
  std::string_view plural;
};

// In the order of ResourceType.
constexpr std::array<TypeNames, kResourceTypeCount> kTypes{{
    {"type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret", "secrets"},
    {"type.googleapis.com/envoy.config.cluster.v3.Cluster", "clusters"},
    {"type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment", "endpoints"},
    {"type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig", "extensionConfigs"},
    {"type.googleapis.com/envoy.config.listener.v3.Listener", "listeners"},
    {"type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration", "scopedRoutes"},
    {"type.googleapis.com/envoy.config.route.v3.RouteConfiguration", "routes"},
    {"type.googleapis.com/envoy.config.route.v3.VirtualHost", "virtualHosts"},
}};

}  // namespace

std::string_view type_url(ResourceType type) { return kTypes[static_cast<size_t>(type)].url; }

std::optional<ResourceType> type_of(std::string_view type_url) {
  for (size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].url == type_url) return static_cast<ResourceType>(i);
  }
  return std::nullopt;
}

std::string_view plural(ResourceType type) { return kTypes[static_cast<size_t>(type)].plural; }

}  // namespace solder::xds
