// failover: endpoints that take over, priority by priority, when those of the Upstream are not healthy. The Upstream's
// own have priority 0, so the first of the list has 1. Source: Gloo's Failover (an Enterprise feature there); Envoy
// LocalityLbEndpoints. Tested by plugins/failover/testdata and by tests/e2e/failover_test.py.
#include "solder/envoy_fields.h"
#include "solder/sdk.hpp"
#include "solder/sdk/checked.hpp"
#include "solder/sdk/localities.hpp"
#include "solder/sdk/tls_context.hpp"

namespace solder::plugins::failover {

namespace cluster = envoy::config::cluster::v3;
namespace core = envoy::config::core::v3;
namespace endpoint = envoy::config::endpoint::v3;
using sdk::Json;
using sdk::Message;

namespace {

constexpr const char* kSocketMatch = "envoy.transport_socket_match";
constexpr const char* kHealthChecker = "io.solo.health_checkers.advanced_http";
constexpr std::string_view kTlsSocketName = "envoy.transport_sockets.tls";
constexpr uint64_t kLargestPort = 65535;

// After the upstream's type, which says what the cluster is without failover.
constexpr int32_t kAfterType = 1;

// What is found about all endpoints together.
struct Endpoints {
  bool has_names = false;  // Envoy has to resolve some
  Message socket_matches;  // of Cluster
};

std::string match_name(const std::string& address, uint64_t port) {
  return "failover;" + address + ":" + std::to_string(port);
}

bool check_address(const std::string& address, uint64_t port, const std::string& at, sdk::Out& out) {
  if (address.empty() || address.find_first_of("/:@[] ") != std::string::npos) {
    if (!sdk::is_ip_address(address)) {
      out.error({at + "/address", address.empty() ? "MissingAddress" : "InvalidAddress",
                 "a failover endpoint needs an IP address or a DNS name; the port stands in `port`", address,
                 "10.0.0.1, 2001:db8::1 or backend.example.com"});
    }
  }
  if (port == 0 || port > kLargestPort) {
    out.error({at + "/port", "InvalidPort", "an endpoint needs a port from 1 to 65535",
               port == 0 ? std::string() : std::to_string(port), "1 to 65535"});
  }
  return !out.failed();
}

void add_socket_match(const Json& config, const std::string& name, const std::string& at, Endpoints& all,
                      sdk::Out& out) {
  const auto context = sdk::upstream_tls_context(config, {}, sdk::TlsReports::kAll, out, at);
  if (!context) return;
  Message socket;
  socket.add_string(core::TransportSocket::kName, kTlsSocketName);
  socket.add_any(core::TransportSocket::kTypedConfig, sdk::kUpstreamTlsContextUrl, *context);
  all.socket_matches.add_message(
      cluster::Cluster::kTransportSocketMatches,
      Message()
          .add_string(cluster::Cluster::TransportSocketMatch::kName, name)
          .add_message(cluster::Cluster::TransportSocketMatch::kMatch, sdk::to_struct({{name, true}}))
          .add_message(cluster::Cluster::TransportSocketMatch::kTransportSocket, socket));
}

Message health_check_config(const Json& value, const std::string& address) {
  namespace fields = endpoint::Endpoint::HealthCheckConfig;
  Message message;
  const std::string host = sdk::get_string(value, "hostname");
  message.add_string(fields::kHostname, host.empty() ? address : host);
  if (const uint64_t port = sdk::get_uint(value, "portValue").value_or(0); port != 0)
    message.add_uint(fields::kPortValue, port);
  return message;
}

Message lb_endpoint(const Json& value, const std::string& at, Endpoints& all, sdk::Out& out) {
  const std::string address = sdk::get_string(value, "address");
  const uint64_t port = sdk::get_uint(value, "port").value_or(0);
  if (!check_address(address, port, at, out)) return {};
  if (!sdk::is_ip_address(address)) all.has_names = true;
  const Json health = value.value("healthCheckConfig", Json::object());
  Json metadata = Json::object();
  for (const char* name : {"path", "method"}) {  // where Gloo has them, for health checkers that read them
    if (const std::string text = sdk::get_string(health, name); !text.empty()) metadata[kHealthChecker][name] = text;
  }
  if (const Json* config = sdk::find(value, "upstreamSslConfig")) {
    const std::string name = match_name(address, port);
    metadata[kSocketMatch][name] = true;
    add_socket_match(*config, name, at + "/upstreamSslConfig", all, out);
  }
  Message socket;
  socket.add_string(core::SocketAddress::kAddress, address).add_uint(core::SocketAddress::kPortValue, port);
  Message one;
  one.add_message(endpoint::Endpoint::kAddress, Message().add_message(core::Address::kSocketAddress, socket));
  one.add_message(endpoint::Endpoint::kHealthCheckConfig, health_check_config(health, address));
  one.add_string(endpoint::Endpoint::kHostname, address);
  Message message;
  message.add_message(endpoint::LbEndpoint::kEndpoint, one);
  Message by_name;
  for (const auto& [name, values] : metadata.items())
    by_name.add_entry(core::Metadata::kFilterMetadata, name, sdk::to_struct(values));
  if (!by_name.empty()) message.add_message(endpoint::LbEndpoint::kMetadata, by_name);
  if (const auto weight = sdk::get_uint(value, "loadBalancingWeight"))
    message.add_uint_value(endpoint::LbEndpoint::kLoadBalancingWeight, *weight);
  return message;
}

Message locality_endpoints(const Json& value, size_t priority, const std::string& at, Endpoints& all, sdk::Out& out) {
  Message message;
  if (const Json* locality = sdk::find(value, "locality"))
    message.add_message(endpoint::LocalityLbEndpoints::kLocality, sdk::to_message(sdk::read_locality(*locality)));
  const Json* list = sdk::find(value, "lbEndpoints");
  if (list == nullptr || list->empty())
    out.error({at + "/lbEndpoints", "MissingHosts", "a locality needs at least one endpoint", "",
               "lbEndpoints: [{address, port}]"});
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    message.add_message(endpoint::LocalityLbEndpoints::kLbEndpoints,
                        lb_endpoint((*list)[i], at + "/lbEndpoints/" + std::to_string(i), all, out));
  }
  if (const auto weight = sdk::get_uint(value, "loadBalancingWeight"))
    message.add_uint_value(endpoint::LocalityLbEndpoints::kLoadBalancingWeight, *weight);
  message.add_uint(endpoint::LocalityLbEndpoints::kPriority, priority);
  return message;
}

Message load_assignment(const Json& value, Endpoints& all, sdk::Out& out) {
  Message assignment;
  const Json priorities = value.value("prioritizedLocalities", Json::array());
  for (size_t p = 0; p < priorities.size(); ++p) {
    const Json localities = priorities[p].value("localityEndpoints", Json::array());
    for (size_t l = 0; l < localities.size(); ++l) {
      const std::string at = "/prioritizedLocalities/" + std::to_string(p) + "/localityEndpoints/" + std::to_string(l);
      assignment.add_message(endpoint::ClusterLoadAssignment::kEndpoints,
                             locality_endpoints(localities[l], p + 1, at, all, out));
    }
  }
  if (const Json* policy = sdk::find(value, "policy")) {
    if (const auto factor = sdk::get_uint(*policy, "overprovisioningFactor")) {
      assignment.add_message(
          endpoint::ClusterLoadAssignment::kPolicy,
          Message().add_uint_value(endpoint::ClusterLoadAssignment::Policy::kOverprovisioningFactor, *factor));
    }
  }
  return assignment;
}

// Only a cluster whose endpoints stand in itself can have Envoy resolve names; that of a static upstream can.
void resolve_names(const sdk::Ref& object, sdk::Out& out) {
  const auto upstream = out.lookup(object);
  const Json spec = upstream ? sdk::parse_json(*upstream).value("spec", Json::object()) : Json::object();
  if (!spec.contains("static")) {
    return out.error({"/prioritizedLocalities", "NamesNotResolved",
                      "the endpoints of this upstream come by discovery, which takes IP addresses only", "",
                      "IP addresses"});
  }
  out.clear("cluster", {"type", "dns_lookup_family"}, {}, kAfterType);
  Message fields;
  fields.add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kSTRICT_DNS);
  fields.add_enum(cluster::Cluster::kDnsLookupFamily, cluster::Cluster::DnsLookupFamily::kV4_ONLY);
  out.fragment("cluster", fields, {}, kAfterType);
}

// Without one of these nobody learns that the own endpoints are gone.
void warn_without_checks(const Json& options, sdk::Out& out) {
  if (sdk::find(options, "healthChecks") != nullptr || sdk::find(options, "outlierDetection") != nullptr) return;
  out.warning({"", "NoHealthChecks", "without health checks or outlier detection nothing is ever failed over", "",
               "healthChecks or outlierDetection"});
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    Endpoints all;
    const Message assignment = load_assignment(sdk::parse_json(in.json), all, out);
    if (assignment.empty() || out.failed()) return;
    warn_without_checks(sdk::parse_json(in.options_json), out);
    if (all.has_names) resolve_names(in.object, out);
    if (!all.socket_matches.empty()) out.fragment("cluster", all.socket_matches);
    out.fragment("load_assignment", assignment, {}, kAfterType);
  }
};

}  // namespace solder::plugins::failover

SOLDER_PLUGIN(solder::plugins::failover::Plugin, "failover", "1.0.0")
