// The upstream type `awsEc2`: instances of EC2 that have certain tags. The cluster is of type EDS; its endpoints are
// the addresses of `instances`, which discovery keeps up to date. Names and defaults are Gloo's. Tested by
// plugins/aws_ec2/testdata, tests/golden/cases/upstream-aws-ec2 and tests/e2e/ec2_test.py.
#include <string>

#include "discovery.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/checked.hpp"
#include "upstream.h"

namespace solder::plugins::aws_ec2 {

namespace cluster = envoy::config::cluster::v3;
namespace core = envoy::config::core::v3;
namespace endpoint = envoy::config::endpoint::v3;

namespace {

constexpr uint64_t kDefaultPort = 80;

sdk::Message lb_endpoint(const std::string& ip, uint64_t port) {
  sdk::Message socket;
  socket.add_string(core::SocketAddress::kAddress, ip);
  socket.add_uint(core::SocketAddress::kPortValue, port);
  sdk::Message one;
  one.add_message(endpoint::Endpoint::kAddress, sdk::Message().add_message(core::Address::kSocketAddress, socket));
  return sdk::Message().add_message(endpoint::LbEndpoint::kEndpoint, one);
}

}  // namespace

class Plugin {
 public:
  Plugin(sdk::Host host, std::string_view config) : discovery_(host, sdk::parse_json(config)) {}

  void clusters(const sdk::UpstreamInput& in, sdk::Out& out) {
    read_upstream(sdk::parse_json(in.json), &out);
    if (out.failed()) return;
    out.fragment("cluster", sdk::Message().add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kEDS));
  }

  void endpoints(const sdk::UpstreamInput& in, sdk::Out& out) {
    const sdk::Json spec = sdk::parse_json(in.json);
    const bool is_public = sdk::get_bool(spec, "publicIp").value_or(false);
    uint64_t port = sdk::get_uint(spec, "port").value_or(0);
    if (port == 0) port = kDefaultPort;
    sdk::Message locality;
    const sdk::Json* instances = sdk::find(spec, "instances");
    for (size_t i = 0; instances != nullptr && i < instances->size(); ++i) {
      const sdk::Json& instance = (*instances)[i];
      const std::string ip = sdk::get_string(instance, is_public ? "publicIp" : "privateIp");
      if (sdk::is_ip_address(ip)) {
        locality.add_message(endpoint::LocalityLbEndpoints::kLbEndpoints, lb_endpoint(ip, port));
      } else {
        report_address(instance, ip, i, is_public, out);
      }
    }
    sdk::Message assignment;
    if (!locality.empty()) assignment.add_message(endpoint::ClusterLoadAssignment::kEndpoints, locality);
    out.fragment("load_assignment", assignment);
  }

  void follow(const sdk::UpstreamInput& in, sdk::Out&) { discovery_.follow(in); }
  void forget(const sdk::Ref& ref) { discovery_.forget(ref); }

 private:
  static void report_address(const sdk::Json& instance, const std::string& ip, size_t i, bool is_public,
                             sdk::Out& out) {
    const std::string field = "/instances/" + std::to_string(i) + (is_public ? "/publicIp" : "/privateIp");
    const std::string which = "the instance " + sdk::get_string(instance, "instanceId");
    if (ip.empty()) {
      return out.info({field, "NoAddress",
                       which + (is_public ? " has no public address" : " has no private address") + " and is left out",
                       "", "an instance with one"});
    }
    out.warning({field, "InvalidAddress", "the address of " + which + " is no IP address, and it is left out", ip,
                 "an IPv4 or IPv6 address"});
  }

  Discovery discovery_;
};

}  // namespace solder::plugins::aws_ec2

SOLDER_PLUGIN(solder::plugins::aws_ec2::Plugin, "aws_ec2", "1.0.0")
