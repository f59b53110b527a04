// How Envoy connects to an Upstream: timeouts, buffers, keepalive, HTTP/1 and HTTP/2, name resolution, connections made
// ahead, PROXY protocol. Source: Gloo's Upstream and ConnectionConfig; Envoy Cluster, HttpProtocolOptions. Tested by
// plugins/connection/testdata and by tests/e2e/connection_test.py.
#include "parts.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/checked.hpp"

namespace solder::plugins::connection {

namespace cluster = envoy::config::cluster::v3;
namespace core = envoy::config::core::v3;
namespace proxy_protocol = envoy::extensions::transport_sockets::proxy_protocol::v3;
using sdk::Json;
using sdk::Message;

namespace {

constexpr std::string_view kProxyProtocolSlot = "socket_wrapper/envoy.transport_sockets.upstream_proxy_protocol";
constexpr std::string_view kProxyProtocolUrl =
    "type.googleapis.com/envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport";

// Envoy counts keepalive in whole seconds; as Gloo, a begun one is a whole one.
uint64_t seconds_up(const sdk::Duration& duration) {
  return static_cast<uint64_t>(duration.seconds) + (duration.nanos > 0 ? 1 : 0);
}

Message keepalive(const Json& value, sdk::Out& out) {
  Message message;
  if (const uint64_t probes = sdk::get_uint(value, "keepaliveProbes").value_or(0); probes > 0)
    message.add_uint_value(core::TcpKeepalive::kKeepaliveProbes, probes);
  const auto add = [&](const char* name, uint32_t field) {
    const auto duration = sdk::checked_duration(value, name, sdk::Least::kZero, "/tcpKeepalive", out);
    if (duration) message.add_uint_value(field, seconds_up(*duration));
  };
  add("keepaliveTime", core::TcpKeepalive::kKeepaliveTime);
  add("keepaliveInterval", core::TcpKeepalive::kKeepaliveInterval);
  return message;
}

void connection_config(const Json& value, const Json& options, sdk::Out& out) {
  Message fields;
  if (const auto timeout = sdk::checked_duration(value, "connectTimeout", sdk::Least::kAboveZero, "", out))
    fields.add_duration(cluster::Cluster::kConnectTimeout, *timeout);
  if (const Json* tcp = sdk::find(value, "tcpKeepalive")) {
    fields.add_message(cluster::Cluster::kUpstreamConnectionOptions,
                       Message().add_message(cluster::UpstreamConnectionOptions::kTcpKeepalive, keepalive(*tcp, out)));
  }
  if (const auto bytes = sdk::get_uint(value, "perConnectionBufferLimitBytes"))
    fields.add_uint_value(cluster::Cluster::kPerConnectionBufferLimitBytes, *bytes);
  if (!fields.empty()) out.fragment("cluster", fields);
  http_options(value, options, out);
}

void preconnect(const Json& value, sdk::Out& out) {
  Message policy;
  if (const auto ratio = sdk::get_number(value, "perUpstreamPreconnectRatio"))
    policy.add_double_value(cluster::Cluster::PreconnectPolicy::kPerUpstreamPreconnectRatio, *ratio);
  if (const auto ratio = sdk::get_number(value, "predictivePreconnectRatio"))
    policy.add_double_value(cluster::Cluster::PreconnectPolicy::kPredictivePreconnectRatio, *ratio);
  out.fragment("cluster", Message().add_message(cluster::Cluster::kPreconnectPolicy, policy));
}

void wrap_in_proxy_protocol(const std::string& version, sdk::Out& out) {
  if (version.empty()) return;
  namespace versions = core::ProxyProtocolConfig::Version;
  Message config;
  config.add_enum(core::ProxyProtocolConfig::kVersion, version == "V2" ? versions::kV2 : versions::kV1);
  out.fragment(kProxyProtocolSlot, kProxyProtocolUrl,
               Message().add_message(proxy_protocol::ProxyProtocolUpstreamTransport::kConfig, config));
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json), options = sdk::parse_json(in.options_json);
    if (in.key == "connectionConfig") return connection_config(value, options, out);
    if (in.key == "preconnectPolicy") return preconnect(value, out);
    if (in.key == "proxyProtocolVersion") return wrap_in_proxy_protocol(value.get<std::string>(), out);
    if (in.key == "dnsRefreshRate") return dns_refresh_rate(value, in.object, out);
    if (in.key == "respectDnsTtl") {
      out.fragment("cluster", Message().add_bool(cluster::Cluster::kRespectDnsTtl, value.get<bool>()));
      return;
    }
    http2_option(in.key, value, options, out);
  }
};

}  // namespace solder::plugins::connection

SOLDER_PLUGIN(solder::plugins::connection::Plugin, "connection", "1.0.0")
