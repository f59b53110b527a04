#include <algorithm>

#include "solder/envoy_fields.h"
#include "solder/sdk/checked.hpp"
#include "spec.h"

namespace solder::plugins::statics {

namespace core = envoy::config::core::v3;
namespace endpoint = envoy::config::endpoint::v3;

namespace {

constexpr const char* kSocketMatch = "envoy.transport_socket_match";
constexpr const char* kHealthChecker = "io.solo.health_checkers.advanced_http";

// What a person writes who takes `addr` for a URL. A name with any of these never resolves.
bool could_be_name(const std::string& address) {
  return std::none_of(address.begin(), address.end(), [](unsigned char c) {
    return c <= ' ' || c == 0x7f || c == '/' || c == ':' || c == '[' || c == ']' || c == '@';
  });
}

bool check_host(const Host& host, const std::string& field, sdk::Out& out) {
  if (host.address.empty()) {
    out.error({field + "/addr", "MissingAddress", "a host needs an address", "", "an IP address or a DNS name"});
    return false;
  }
  if (!host.is_ip && !could_be_name(host.address)) {
    out.error({field + "/addr", "InvalidAddress",
               "this is neither an IP address nor a DNS name; the port stands in `port`, and IPv6 has no brackets",
               host.address, "10.0.0.1, 2001:db8::1 or backend.example.com"});
    return false;
  }
  if (host.port == 0 || host.port > 65535) {
    out.error({field + "/port", "InvalidPort", "a host needs a port from 1 to 65535",
               host.port == 0 ? std::string() : std::to_string(host.port), "1 to 65535"});
    return false;
  }
  return true;
}

sdk::Message metadata_of(const Host& host) {
  sdk::Json by_name = host.metadata.is_object() ? host.metadata : sdk::Json::object();
  if (!host.sni.empty()) by_name[kSocketMatch][host.match_name()] = true;
  if (!host.health_path.empty()) by_name[kHealthChecker]["path"] = host.health_path;
  if (!host.health_method.empty()) by_name[kHealthChecker]["method"] = host.health_method;
  sdk::Message metadata;
  for (const auto& [name, values] : by_name.items())
    metadata.add_entry(core::Metadata::kFilterMetadata, name, sdk::to_struct(values));
  return metadata;
}

sdk::Message address_of(const Host& host) {
  sdk::Message socket;
  socket.add_string(core::SocketAddress::kAddress, host.address);
  socket.add_uint(core::SocketAddress::kPortValue, host.port);
  return sdk::Message().add_message(core::Address::kSocketAddress, socket);
}

sdk::Message lb_endpoint(const Host& host, const std::string& health_host) {
  sdk::Message health;
  health.add_string(endpoint::Endpoint::HealthCheckConfig::kHostname, health_host.empty() ? host.address : health_host);
  sdk::Message one;
  one.add_message(endpoint::Endpoint::kAddress, address_of(host));
  one.add_message(endpoint::Endpoint::kHealthCheckConfig, health);
  one.add_string(endpoint::Endpoint::kHostname, host.address);
  sdk::Message out;
  out.add_message(endpoint::LbEndpoint::kEndpoint, one);
  if (const sdk::Message metadata = metadata_of(host); !metadata.empty())
    out.add_message(endpoint::LbEndpoint::kMetadata, metadata);
  if (host.weight != 0) out.add_uint_value(endpoint::LbEndpoint::kLoadBalancingWeight, host.weight);
  return out;
}

}  // namespace

std::vector<Host> read_hosts(const sdk::Json& spec, sdk::Out& out) {
  std::vector<Host> hosts;
  const sdk::Json* list = sdk::find(spec, "hosts");
  if (list == nullptr || list->empty()) {
    out.error({"/hosts", "MissingHosts", "a static upstream needs at least one host", "", "hosts: [{addr, port}]"});
    return hosts;
  }
  const bool address_is_sni = sdk::get_bool(spec, "autoSniRewrite").value_or(true);
  for (size_t i = 0; i < list->size(); ++i) {
    const sdk::Json& json = (*list)[i];
    Host host;
    host.address = sdk::get_string(json, "addr");
    host.is_ip = sdk::is_ip_address(host.address);
    host.port = sdk::get_uint(json, "port").value_or(0);
    host.sni = sdk::get_string(json, "sniAddr");
    if (host.sni.empty() && address_is_sni) host.sni = host.address;
    host.weight = sdk::get_uint(json, "loadBalancingWeight").value_or(0);
    if (const sdk::Json* health = sdk::find(json, "healthCheckConfig")) {
      host.health_path = sdk::get_string(*health, "path");
      host.health_method = sdk::get_string(*health, "method");
    }
    if (const sdk::Json* metadata = sdk::find(json, "metadata")) host.metadata = *metadata;
    if (const sdk::Json* locality = sdk::find(json, "locality")) host.locality = sdk::read_locality(*locality);
    if (check_host(host, "/hosts/" + std::to_string(i), out)) hosts.push_back(std::move(host));
  }
  return hosts;
}

sdk::Message load_assignment(const std::vector<Host>& hosts, const std::string& health_host,
                             const sdk::LocalityRules& localities) {
  sdk::LocalityEndpoints endpoints;
  for (const Host& host : hosts) endpoints.add(host.locality, lb_endpoint(host, health_host));
  return endpoints.assignment(localities);
}

sdk::Message socket_match(const Host& host) { return sdk::to_struct({{host.match_name(), true}}); }

}  // namespace solder::plugins::statics
