#include "external_name.h"

#include <arpa/inet.h>

#include "solder/envoy_fields.h"
#include "solder/sdk/checked.hpp"
#include "solder/sdk/text.hpp"

namespace solder::plugins::kubernetes {

namespace cluster = envoy::config::cluster::v3;
namespace core = envoy::config::core::v3;
namespace endpoint = envoy::config::endpoint::v3;

namespace {

// "localhost", and addresses that lead back to the machine.
bool is_own_machine(const std::string& name) {
  if (name == "localhost" || name.ends_with(".localhost") || name == "localhost.localdomain") return true;
  in6_addr six{};
  if (inet_pton(AF_INET6, name.c_str(), &six) == 1)
    return IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six) || IN6_IS_ADDR_V4MAPPED(&six);
  return sdk::is_ip_address(name) && (name.starts_with("127.") || name.starts_with("0."));
}

// As names are compared: in small letters, without the root's dot.
std::string compared(std::string_view text) {
  std::string name = sdk::lower_case(text);
  while (name.ends_with('.')) name.pop_back();
  return name;
}

sdk::Message assignment(const std::string& name, uint64_t port) {
  sdk::Message socket, one, locality;
  socket.add_string(core::SocketAddress::kAddress, name);
  socket.add_uint(core::SocketAddress::kPortValue, port);
  one.add_message(endpoint::Endpoint::kAddress, sdk::Message().add_message(core::Address::kSocketAddress, socket));
  one.add_string(endpoint::Endpoint::kHostname, name);  // what autoHostRewrite asks for
  locality.add_message(endpoint::LocalityLbEndpoints::kLbEndpoints,
                       sdk::Message().add_message(endpoint::LbEndpoint::kEndpoint, one));
  return sdk::Message().add_message(endpoint::ClusterLoadAssignment::kEndpoints, locality);
}

}  // namespace

void give_external_name(const UpstreamSpec& spec, const Service& service, bool allowed, sdk::Out& out) {
  const std::string name = compared(service.external_name), full = spec.ns + "/" + spec.service;
  const auto refused = [&](const char* why, const std::string& found, const char* right) {
    out.error({"/serviceName",
               "ExternalService",
               "the Service " + full + " of the type ExternalName " + why,
               found,
               right,
               {"Service", spec.ns, spec.service}});
  };
  if (!allowed) return refused("is not served", full, "externalNames: true in pluginConfig.kubernetes");
  if (name.empty()) return refused("names nothing", "", "externalName: api.example.com");
  if (is_own_machine(name)) return refused("leads to the proxy's own machine", name, "a name of another machine");
  if (!service.ports.empty() && service.find_port(spec.port) == nullptr) {
    out.warning({"/servicePort",
                 "ServicePortNotFound",
                 "the Service " + full + " has no such port; it is asked at this port all the same",
                 std::to_string(spec.port),
                 "a port of the Service",
                 {"Service", spec.ns, spec.service}});
  }
  if (!spec.selector.empty() || !spec.subsets.empty()) {
    out.info({spec.selector.empty() ? "/subsetSpec" : "/selector", "NoEffect",
              "there are no pods behind an external name to choose among", "", "an upstream without it"});
  }
  sdk::Message fields;
  if (sdk::is_ip_address(name)) {
    fields.add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kSTATIC);
  } else {
    fields.add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kSTRICT_DNS);
    fields.add_enum(cluster::Cluster::kDnsLookupFamily, cluster::Cluster::DnsLookupFamily::kV4_PREFERRED);
  }
  out.fragment("cluster", fields);
  out.fragment("load_assignment", assignment(name, spec.port));
}

}  // namespace solder::plugins::kubernetes
