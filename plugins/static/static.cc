// The upstream type `static`: hosts that the user lists. IP addresses make a STATIC cluster, a DNS name makes it
// STRICT_DNS; port 443 means TLS unless useTls says otherwise; with TLS each host gets a socket of its own for its SNI.
// Names in metadata and matches are Gloo's, so that dashboards keep working. Tested by plugins/static/testdata.
#include <algorithm>

#include "solder/envoy_fields.h"
#include "solder/sdk/grpc_json.hpp"
#include "solder/sdk/tls_context.hpp"
#include "spec.h"

namespace solder::plugins::statics {

namespace cluster = envoy::config::cluster::v3;

namespace {

constexpr const char* kTlsSocketName = "envoy.transport_sockets.tls";

bool wants_tls(const sdk::Json& spec, const std::vector<Host>& hosts) {
  if (const auto told = sdk::get_bool(spec, "useTls")) return *told;
  return std::any_of(hosts.begin(), hosts.end(), [](const Host& host) { return host.port == 443; });
}

std::string first_name(const std::vector<Host>& hosts) {
  for (const Host& host : hosts) {
    if (!host.is_ip) return host.address;
  }
  return "";
}

// The host name that the upstream's first health check asks for, or empty.
std::string health_host(const sdk::Json& whole) {
  const sdk::Json* checks = sdk::find(whole, "healthChecks");
  if (checks == nullptr || !checks->is_array() || checks->empty()) return "";
  const sdk::Json* http = sdk::find(checks->front(), "httpHealthCheck");
  return http == nullptr ? "" : sdk::get_string(*http, "host");
}

sdk::Message plain_tls_context(const std::string& sni) {
  sdk::Message context;
  context.add_message(sdk::tls_fields::UpstreamTlsContext::kCommonTlsContext, {});
  if (!sni.empty()) context.add_string(sdk::tls_fields::UpstreamTlsContext::kSni, sni);
  return context;
}

sdk::Message match_for(const Host& host, const sdk::Message& tls_context) {
  sdk::Message socket;
  socket.add_string(sdk::core_fields::TransportSocket::kName, kTlsSocketName);
  socket.add_any(sdk::core_fields::TransportSocket::kTypedConfig, sdk::kUpstreamTlsContextUrl, tls_context);
  sdk::Message match;
  match.add_string(cluster::Cluster::TransportSocketMatch::kName, host.match_name());
  match.add_message(cluster::Cluster::TransportSocketMatch::kMatch, socket_match(host));
  match.add_message(cluster::Cluster::TransportSocketMatch::kTransportSocket, socket);
  return match;
}

}  // namespace

class Plugin {
 public:
  void clusters(const sdk::UpstreamInput& in, sdk::Out& out) {
    const sdk::Json whole = sdk::parse_json(in.spec_json);
    const sdk::Json* own = sdk::find(whole, "static");
    if (own == nullptr) return;
    const sdk::Json& spec = *own;
    const std::vector<Host> hosts = read_hosts(spec, out);
    sdk::transcoded_cluster(spec, in.upstream.ns, out);
    if (out.failed()) return;
    const std::string name = first_name(hosts);
    sdk::Message fields;
    if (name.empty()) {
      fields.add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kSTATIC);
    } else {
      fields.add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kSTRICT_DNS);
      fields.add_enum(cluster::Cluster::kDnsLookupFamily, cluster::Cluster::DnsLookupFamily::kV4_ONLY);
    }
    out.fragment("cluster", fields);
    out.fragment("load_assignment", load_assignment(hosts, health_host(whole), sdk::LocalityRules(whole)), "/hosts");
    sockets(spec, whole, hosts, name, out);
  }

  void destinations(const sdk::DestinationInput& in, sdk::Out& out) {
    sdk::transcoded_route(in.upstream_json, in.upstream.ns, out);
  }

 private:
  // sslConfig is another plugin's; where it stands, that plugin makes the cluster's socket, and the sockets of the
  // hosts differ from it by their SNI alone.
  static void sockets(const sdk::Json& spec, const sdk::Json& whole, const std::vector<Host>& hosts,
                      const std::string& name, sdk::Out& out) {
    const sdk::Json* ssl = sdk::find(whole, "sslConfig");
    if (ssl == nullptr) {
      if (!wants_tls(spec, hosts)) return;
      out.fragment(sdk::kTlsSocketSlot, sdk::kUpstreamTlsContextUrl, plain_tls_context(name),
                   spec.contains("useTls") ? "/useTls" : "/hosts");
    }
    sdk::Message matches;
    for (const Host& host : hosts) {
      if (host.sni.empty()) continue;
      const auto context = ssl == nullptr ? std::optional(plain_tls_context(host.sni))
                                          : sdk::upstream_tls_context(*ssl, host.sni, sdk::TlsReports::kQuiet, out);
      if (!context) return;  // the other plugin says why
      matches.add_message(cluster::Cluster::kTransportSocketMatches, match_for(host, *context));
    }
    if (!matches.empty()) out.fragment("cluster", matches, "/hosts");
  }
};

}  // namespace solder::plugins::statics

SOLDER_PLUGIN(solder::plugins::statics::Plugin, "static", "1.0.0")
