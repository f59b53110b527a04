#include "cli/bootstrap_text.h"

#include "cli/host_port.h"
#include "cli/yaml_text.h"

namespace solder::cli {

namespace {

// Each %NAME% stands here once and is replaced by a value.
constexpr const char* kTemplate =
    R"(# An Envoy that is configured by Solder. Made by `solder bootstrap`. Transformations need Solder's module: start Envoy with
# ENVOY_DYNAMIC_MODULES_SEARCH_PATH=DIRECTORY, which holds the files of Solder's lib/solder/envoy.
node:
  id: %ID%
  cluster: gateway
  metadata:
    # Which proxy's listeners this Envoy is given: NAMESPACE~PROXY.
    role: %ROLE%
admin:
  address:
    socket_address: {address: %ADMIN_HOST%, port_value: %ADMIN_PORT%}
dynamic_resources:
  ads_config:
    api_type: %API_TYPE%
    transport_api_version: V3
    set_node_on_first_message_only: true
    grpc_services:
    - envoy_grpc: {cluster_name: solder_xds}
  cds_config: {resource_api_version: V3, ads: {}}
  lds_config: {resource_api_version: V3, ads: {}}
static_resources:
  clusters:
  - name: solder_xds
    type: %CLUSTER_TYPE%
    connect_timeout: 5s
    load_assignment:
      cluster_name: solder_xds
      endpoints:
      - lb_endpoints:
        - endpoint:
            address:
              socket_address: {address: %XDS_HOST%, port_value: %XDS_PORT%}
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config:
          http2_protocol_options:
            # A connection that died without a word is found within half a minute.
            connection_keepalive: {interval: 20s, timeout: 10s}
%TLS%    upstream_connection_options:
      tcp_keepalive: {keepalive_time: 30, keepalive_interval: 10, keepalive_probes: 3}
%AGENT%layered_runtime:
  layers:
  - name: admin
    admin_layer: {}
overload_manager:
  resource_monitors:
  - name: envoy.resource_monitors.global_downstream_max_connections
    typed_config:
      "@type": type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig
      max_active_downstream_connections: 50000
)";

void fill(std::string& text, const std::string& name, const std::string& value) {
  text.replace(text.find(name), name.size(), value);
}

// An Envoy reads these files once, when it starts.
std::string tls_text(const BootstrapOptions& options, const HostPort& xds) {
  if (options.xds_ca.empty()) return "";
  const std::string name = options.xds_server_name.empty() ? xds.host : options.xds_server_name;
  const bool is_name = !options.xds_server_name.empty() || !xds.is_address;
  std::string text =
      "    transport_socket:\n"
      "      name: envoy.transport_sockets.tls\n"
      "      typed_config:\n"
      "        \"@type\": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext\n";
  if (is_name) text += "        sni: " + yaml_scalar(name) + "\n";
  text += "        common_tls_context:\n";
  if (!options.xds_certificate.empty()) {
    text += "          tls_certificates:\n          - certificate_chain: {filename: " +
            yaml_scalar(options.xds_certificate) +
            "}\n            private_key: {filename: " + yaml_scalar(options.xds_key) + "}\n";
  }
  return text + "          validation_context:\n            trusted_ca: {filename: " + yaml_scalar(options.xds_ca) +
         "}\n            match_typed_subject_alt_names:\n            - {san_type: " + (is_name ? "DNS" : "IP_ADDRESS") +
         ", matcher: {exact: " + yaml_scalar(name) + "}}\n";
}

// Under the name that Gloo's cluster of it has.
std::string agent_text(const HostPort& agent) {
  return "  - name: gateway_proxy_sds\n"
         "    type: " +
         std::string(agent.is_address ? "STATIC" : "STRICT_DNS") +
         "\n"
         "    connect_timeout: 0.25s\n"
         "    load_assignment:\n"
         "      cluster_name: gateway_proxy_sds\n"
         "      endpoints:\n"
         "      - lb_endpoints:\n"
         "        - endpoint:\n"
         "            address:\n"
         "              socket_address: {address: " +
         yaml_scalar(agent.host) + ", port_value: " + std::to_string(agent.port) +
         "}\n"
         "    typed_extension_protocol_options:\n"
         "      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:\n"
         "        \"@type\": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions\n"
         "        explicit_http_config: {http2_protocol_options: {}}\n";
}

base::Status check_tls(const BootstrapOptions& options) {
  if (options.xds_certificate.empty() != options.xds_key.empty())
    return base::invalid_argument("--xds-certificate and --xds-key go together; found one of them");
  if (options.xds_ca.empty() && !(options.xds_certificate + options.xds_server_name).empty())
    return base::invalid_argument("--xds-ca is missing: without it the connection to Solder is no TLS");
  return {};
}

base::Result<std::string> default_node_id(const std::string& role) {
  const size_t tilde = role.find('~');
  if (tilde == std::string::npos || tilde == 0 || tilde + 1 == role.size() ||
      role.find('~', tilde + 1) != std::string::npos) {
    return base::invalid_argument("--role: found \"" + role +
                                  "\"; expected NAMESPACE~PROXY, such as gloo-system~gateway-proxy");
  }
  return role.substr(tilde + 1) + "." + role.substr(0, tilde);
}

}  // namespace

base::Result<std::string> bootstrap_text(const BootstrapOptions& options) {
  const auto xds = parse_host_port(options.xds_address, "--xds-address");
  if (!xds.ok()) return xds.status();
  const auto admin = parse_host_port(options.admin_address, "--admin-address");
  if (!admin.ok()) return admin.status();
  if (!admin->is_address) {
    return base::invalid_argument("--admin-address: found \"" + options.admin_address +
                                  "\"; expected an address, not a name: Envoy listens there");
  }
  const auto id = default_node_id(options.role);
  if (!id.ok()) return id.status();
  if (auto status = check_tls(options); !status.ok()) return status;
  std::string agent;
  if (!options.mesh_agent.empty()) {
    const auto where = parse_host_port(options.mesh_agent, "--mesh-agent");
    if (!where.ok()) return where.status();
    agent = agent_text(*where);
  }
  std::string text = kTemplate;
  fill(text, "%AGENT%", agent);
  fill(text, "%TLS%", tls_text(options, *xds));
  fill(text, "%API_TYPE%", options.sotw ? "GRPC" : "DELTA_GRPC");
  fill(text, "%CLUSTER_TYPE%", xds->is_address ? "STATIC" : "STRICT_DNS\n    dns_lookup_family: V4_PREFERRED");
  fill(text, "%XDS_PORT%", std::to_string(xds->port));
  fill(text, "%ADMIN_PORT%", std::to_string(admin->port));
  fill(text, "%XDS_HOST%", yaml_scalar(xds->host));
  fill(text, "%ADMIN_HOST%", yaml_scalar(admin->host));
  fill(text, "%ID%", yaml_scalar(options.node_id.empty() ? *id : options.node_id));
  fill(text, "%ROLE%", yaml_scalar(options.role));
  return text;
}

}  // namespace solder::cli
