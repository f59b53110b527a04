// dynamicForwardProxy of a gateway: names are looked up in DNS as requests ask for them. The option brings the filter
// that looks up and the cluster that connects; routes whose action is dynamicForwardProxy lead to that cluster and say
// which name counts. Source: Gloo's options/dynamic_forward_proxy and its plugin; Envoy dynamic_forward_proxy.proto.
// Tested by plugins/dynamic_forward_proxy/testdata and tests/e2e/forward_proxy_test.py.
#include "dns_cache.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/tls_context.hpp"

namespace solder::plugins::dynamic_forward_proxy {

using sdk::Json;

namespace {

// Gloo's routes lead to this name where a listener says nothing; here all do, so that a route is the same on every
// listener.
constexpr const char* kClusterSlot = "resource/solo_io_generated_dfp:0";
constexpr const char* kClusterUrl = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
constexpr const char* kFilterName = "envoy.filters.http.dynamic_forward_proxy";
constexpr const char* kFilterUrl =
    "type.googleapis.com/envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig";

Json cluster_of(const Json& cache) {
  Json config{{"@type", "type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig"},
              {"dnsCacheConfig", cache}};
  return {{"connectTimeout", "5s"},
          {"lbPolicy", "CLUSTER_PROVIDED"},
          {"clusterType", {{"name", "envoy.clusters.dynamic_forward_proxy"}, {"typedConfig", std::move(config)}}}};
}

void add_tls(const Json& config, sdk::Out& out) {
  const auto context = sdk::upstream_tls_context(config, {}, sdk::TlsReports::kAll, out, "/sslConfig");
  if (!context) return;
  sdk::Message socket;
  socket.add_string(sdk::core_fields::TransportSocket::kName, "envoy.transport_sockets.tls");
  socket.add_any(sdk::core_fields::TransportSocket::kTypedConfig, sdk::kUpstreamTlsContextUrl, *context);
  out.fragment(kClusterSlot, kClusterUrl,
               sdk::Message().add_message(envoy::config::cluster::v3::Cluster::kTransportSocket, socket), "/sslConfig");
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const Json* given = sdk::find(value, "dnsCacheConfig");
    const Json cache = dns_cache(given == nullptr ? Json::object() : *given, out);
    if (out.failed()) return;
    Json filter{{"dnsCacheConfig", cache}};
    if (sdk::get_bool(value, "saveUpstreamAddress").value_or(false)) filter["saveUpstreamAddress"] = true;
    out.filter_json("out_auth", kFilterName, kFilterUrl, filter.dump());
    out.fragment_json(kClusterSlot, cluster_of(cache).dump(), kClusterUrl, "/dnsCacheConfig");
    if (const Json* ssl = sdk::find(value, "sslConfig")) add_tls(*ssl, out);
  }
};

}  // namespace solder::plugins::dynamic_forward_proxy

SOLDER_PLUGIN(solder::plugins::dynamic_forward_proxy::Plugin, "dynamic_forward_proxy", "1.0.0")
