// httpProxyHostname: the Upstream is an HTTP proxy, and requests go through a CONNECT tunnel to a host behind it. Envoy
// routes HTTP in one place and tunnels TCP in another, so, as in Gloo, the cluster's name leads to a socket of Envoy's
// own, where a listener takes the bytes and sends them through the tunnel. TLS to the host is spoken inside of it
// (sslConfig), TLS to the proxy around it (httpConnectSslConfig). Source: Gloo's tunneling. Tested by
// plugins/tunneling/testdata and by tests/e2e/tunneling_test.py.
#include "solder/envoy_fields.h"
#include "solder/sdk.hpp"
#include "solder/sdk/header_rules.hpp"
#include "solder/sdk/tls_context.hpp"

namespace solder::plugins::tunneling {

namespace cluster = envoy::config::cluster::v3;
namespace core = envoy::config::core::v3;
namespace endpoint = envoy::config::endpoint::v3;
namespace listener = envoy::config::listener::v3;
namespace tcp_proxy = envoy::extensions::filters::network::tcp_proxy::v3;
using sdk::Json;
using sdk::Message;

namespace {

constexpr std::string_view kListenerUrl = "type.googleapis.com/envoy.config.listener.v3.Listener";
constexpr std::string_view kTcpProxyUrl = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
constexpr std::string_view kTlsSocketName = "envoy.transport_sockets.tls";
constexpr int32_t kAfterType = 1;     // weight: after what the upstream's type says
constexpr size_t kLongestPath = 107;  // sockaddr_un's

std::string cluster_name(const sdk::Ref& upstream) {
  return std::string(upstream.name) + "_" + std::string(upstream.ns);
}

// In Linux' abstract namespace: no file, and gone with the process.
std::string socket_path(const sdk::Ref& upstream) { return "@/" + cluster_name(upstream); }

Message pipe_address(const std::string& path) {
  return Message().add_message(core::Address::kPipe, Message().add_string(core::Pipe::kPath, path));
}

Message front_cluster(const sdk::Ref& upstream) {
  const Message host =
      Message().add_message(endpoint::LbEndpoint::kEndpoint,
                            Message().add_message(endpoint::Endpoint::kAddress, pipe_address(socket_path(upstream))));
  Message assignment;
  assignment.add_string(endpoint::ClusterLoadAssignment::kClusterName, cluster_name(upstream));
  assignment.add_message(endpoint::ClusterLoadAssignment::kEndpoints,
                         Message().add_message(endpoint::LocalityLbEndpoints::kLbEndpoints, host));
  return Message()
      .add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kSTATIC)
      .add_message(cluster::Cluster::kLoadAssignment, assignment);
}

Message connect_headers(const Json& options) {
  Message config;
  const Json* headers = sdk::find(options, "httpConnectHeaders");
  for (size_t i = 0; headers != nullptr && i < headers->size(); ++i) {
    const Json& entry = (*headers)[i];
    Message header;
    header.add_string(core::HeaderValue::kKey, sdk::get_string(entry, "key"));
    header.add_string(core::HeaderValue::kValue, sdk::get_string(entry, "value"));
    config.add_message(tcp_proxy::TcpProxy::TunnelingConfig::kHeadersToAdd,
                       Message()
                           .add_message(core::HeaderValueOption::kHeader, header)
                           .add_enum(core::HeaderValueOption::kAppendAction,
                                     core::HeaderValueOption::HeaderAppendAction::kOVERWRITE_IF_EXISTS_OR_ADD));
  }
  return config;
}

// Takes what the front cluster sends, and forwards it through the tunnel to the upstream's own cluster.
Message forwarding_listener(const sdk::Ref& upstream, const std::string& host, const Json& options) {
  const std::string name = cluster_name(upstream);
  Message tunnel = connect_headers(options);
  tunnel.add_string(tcp_proxy::TcpProxy::TunnelingConfig::kHostname, host);
  Message proxy;
  proxy.add_string(tcp_proxy::TcpProxy::kStatPrefix, "soloioTcpStats" + name);
  proxy.add_string(tcp_proxy::TcpProxy::kCluster, name + "_original");
  proxy.add_message(tcp_proxy::TcpProxy::kTunnelingConfig, tunnel);
  Message filter;
  filter.add_string(listener::Filter::kName, "tcp").add_any(listener::Filter::kTypedConfig, kTcpProxyUrl, proxy);
  return Message()
      .add_message(listener::Listener::kAddress, pipe_address(socket_path(upstream)))
      .add_message(listener::Listener::kFilterChains, Message().add_message(listener::FilterChain::kFilters, filter));
}

void tunnel(const sdk::Ref& upstream, const std::string& host, const Json& options, sdk::Out& out) {
  if (host.empty()) return;
  if (socket_path(upstream).size() > kLongestPath) {
    return out.error({"", "NameTooLong", "the names of the upstream and its namespace are too long for a tunnel",
                      cluster_name(upstream), "at most 105 bytes together"});
  }
  out.fragment("front_cluster", front_cluster(upstream));
  out.fragment("resource/solo_io_generated_self_listener_" + cluster_name(upstream), kListenerUrl,
               forwarding_listener(upstream, host, options));
  // Sockets of single hosts would speak TLS with the proxy.
  out.clear("cluster", {"transport_socket_matches"}, {}, kAfterType);
}

void tls_to_proxy(const Json& config, sdk::Out& out) {
  const auto context = sdk::upstream_tls_context(config, {}, sdk::TlsReports::kAll, out);
  if (!context) return;
  Message socket;
  socket.add_string(core::TransportSocket::kName, kTlsSocketName);
  socket.add_any(core::TransportSocket::kTypedConfig, sdk::kUpstreamTlsContextUrl, *context);
  out.fragment("cluster", Message().add_message(cluster::Cluster::kTransportSocket, socket));
}

void check_headers(const Json& headers, sdk::Out& out) {
  for (size_t i = 0; i < headers.size(); ++i) {
    sdk::check_header(sdk::get_string(headers[i], "key"), sdk::get_string(headers[i], "value"), "/" + std::to_string(i),
                      out);
  }
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json), options = sdk::parse_json(in.options_json);
    if (in.key == "httpProxyHostname") return tunnel(in.object, value.get<std::string>(), options, out);
    if (in.key == "httpConnectHeaders") check_headers(value, out);
    if (sdk::get_string(options, "httpProxyHostname").empty()) {
      return out.info({"", "NoEffect", "this has an effect beside httpProxyHostname only", "", "httpProxyHostname"});
    }
    if (in.key == "httpConnectSslConfig") tls_to_proxy(value, out);
  }
};

}  // namespace solder::plugins::tunneling

SOLDER_PLUGIN(solder::plugins::tunneling::Plugin, "tunneling", "1.0.0")
