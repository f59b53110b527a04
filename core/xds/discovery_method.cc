#include "core/xds/discovery_method.h"

#include <array>

namespace solder::xds {
namespace {

struct Service {
  std::string_view name;
  std::string_view subject;  // "Stream" and "Delta" go before it
  std::optional<ResourceType> only;
};

constexpr std::array kServices{
    Service{"envoy.service.discovery.v3.AggregatedDiscoveryService", "AggregatedResources", std::nullopt},
    Service{"envoy.service.secret.v3.SecretDiscoveryService", "Secrets", ResourceType::kSecret},
    Service{"envoy.service.cluster.v3.ClusterDiscoveryService", "Clusters", ResourceType::kCluster},
    Service{"envoy.service.endpoint.v3.EndpointDiscoveryService", "Endpoints", ResourceType::kEndpoint},
    Service{"envoy.service.extension.v3.ExtensionConfigDiscoveryService", "ExtensionConfigs",
            ResourceType::kExtensionConfig},
    Service{"envoy.service.listener.v3.ListenerDiscoveryService", "Listeners", ResourceType::kListener},
    Service{"envoy.service.route.v3.ScopedRoutesDiscoveryService", "ScopedRoutes", ResourceType::kScopedRoute},
    Service{"envoy.service.route.v3.RouteDiscoveryService", "Routes", ResourceType::kRoute},
    // There is no other than the delta method.
    Service{"envoy.service.route.v3.VirtualHostDiscoveryService", "VirtualHosts", ResourceType::kVirtualHost},
};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Whether "StreamClusters" or "DeltaClusters" was called.
std::optional<bool> delta_of(std::string_view method, std::string_view subject) {
  const bool delta = take_prefix(method, "Delta");
  if (!delta && !take_prefix(method, "Stream")) return std::nullopt;
  return method == subject ? std::optional(delta) : std::nullopt;
}

}  // namespace

std::optional<StreamKind> discovery_method(std::string_view path) {
  if (!take_prefix(path, "/")) return std::nullopt;
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  for (const auto& service : kServices) {
    if (service.name != path.substr(0, slash)) continue;
    const auto delta = delta_of(path.substr(slash + 1), service.subject);
    if (!delta || (!*delta && service.only == ResourceType::kVirtualHost)) continue;
    return StreamKind{*delta, service.only};
  }
  return std::nullopt;
}

}  // namespace solder::xds
