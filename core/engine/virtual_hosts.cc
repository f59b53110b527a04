#include "core/engine/virtual_hosts.h"

#include <protozero/pbf_writer.hpp>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/hash.h"
#include "core/engine/route_configuration.h"
#include "core/engine/route_layout.h"
#include "core/xds/virtual_host_names.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;
namespace core = solder::envoy::config::core::v3;

std::string routes_of_virtual_hosts(const std::string& route_configuration) {
  return route_configuration + "-on-demand";
}

std::string virtual_host_key(const std::string& route_configuration, std::string_view domain) {
  return xds::virtual_host_mark(routes_of_virtual_hosts(route_configuration)) + lower_case(domain);
}

void add_virtual_hosts(const PlannedPart& part, const PlannedHost& host, const VirtualServiceResult& service,
                       bool in_use, HostScopesResult& result) {
  for (const auto& domain : host.domains) {
    std::string name = virtual_host_key(part.route_configuration, domain);
    std::string own = service.host;
    protozero::pbf_writer writer(own);
    // Envoy takes a virtual host away by this name. Of a field that is there twice the last counts.
    writer.add_string(route::VirtualHost::kName, name);
    writer.add_string(route::VirtualHost::kDomains, domain);
    const uint64_t hash = base::hash_combine(base::hash_bytes(own), service.routes_hash);
    base::Bytes bytes(std::move(own));
    bytes.append(service.routes);
    const bool for_all = in_use && (!is_exact(domain) || part.wildcards.cover(domain));
    result.scopes.push_back(for_all ? xds::make_resource(std::move(name), std::move(bytes), hash)
                                    : xds::make_resource_on_demand(std::move(name), std::move(bytes), hash));
    result.hash = base::hash_combine(result.hash, result.scopes.back()->hash);
  }
}

xds::ResourcePtr route_configuration_on_demand(const PlannedPart& part) {
  std::string name = routes_of_virtual_hosts(part.route_configuration);
  std::string routes = route_configuration_head(*part.runs.front()->settings, name);
  {
    protozero::pbf_writer writer(routes);
    protozero::pbf_writer vhds(writer, route::RouteConfiguration::kVhds);
    protozero::pbf_writer source(vhds, route::Vhds::kConfigSource);
    source.add_message(core::ConfigSource::kAds, std::string());
    source.add_enum(core::ConfigSource::kResourceApiVersion, core::ApiVersion::kV3);
  }
  return xds::make_resource(std::move(name), base::Bytes(std::move(routes)));
}

xds::ResourcePtr virtual_hosts_mark(const PlannedPart& part) {
  return xds::make_resource(xds::virtual_host_mark(routes_of_virtual_hosts(part.route_configuration)), {});
}

}  // namespace solder::engine
