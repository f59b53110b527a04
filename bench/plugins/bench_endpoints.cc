// The upstream type `benchEndpoints`: an EDS cluster and the endpoints that stand in the upstream. For measurements of
// endpoints that come and go; the shipped plugins make no EDS cluster yet.
#include "solder/envoy_fields.h"
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::bench {

namespace cluster = envoy::config::cluster::v3;
namespace core = envoy::config::core::v3;
namespace endpoint = envoy::config::endpoint::v3;

namespace {

sdk::Message lb_endpoint(const std::string& address, uint64_t port) {
  sdk::Message socket;
  socket.add_string(core::SocketAddress::kAddress, address);
  socket.add_uint(core::SocketAddress::kPortValue, port);
  sdk::Message health;
  health.add_string(endpoint::Endpoint::HealthCheckConfig::kHostname, address);
  sdk::Message one;
  one.add_message(endpoint::Endpoint::kAddress, sdk::Message().add_message(core::Address::kSocketAddress, socket));
  one.add_message(endpoint::Endpoint::kHealthCheckConfig, health);
  one.add_string(endpoint::Endpoint::kHostname, address);
  return sdk::Message().add_message(endpoint::LbEndpoint::kEndpoint, one);
}

}  // namespace

class Plugin {
 public:
  void clusters(const sdk::UpstreamInput& in, sdk::Out& out) {
    const sdk::Json spec = sdk::parse_json(in.json);
    sdk::Message locality;
    if (const sdk::Json* hosts = sdk::find(spec, "hosts")) {
      for (const sdk::Json& host : *hosts) {
        locality.add_message(endpoint::LocalityLbEndpoints::kLbEndpoints,
                             lb_endpoint(sdk::get_string(host, "addr"), sdk::get_uint(host, "port").value_or(0)));
      }
    }
    out.fragment("cluster", sdk::Message().add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kEDS));
    out.fragment("load_assignment", sdk::Message().add_message(endpoint::ClusterLoadAssignment::kEndpoints, locality),
                 "/hosts");
  }
};

}  // namespace solder::bench

SOLDER_PLUGIN(solder::bench::Plugin, "bench_endpoints", "1.0.0")
