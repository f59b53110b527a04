// solder/sdk/web_endpoint.hpp - a cluster for one host on the web: by name, over TLS with that name as SNI. For
// upstream types that stand for a cloud's service. Not in sdk.hpp: it wants nlohmann/json and the generated
// "solder/envoy_fields.h". Tested by plugins/aws_lambda/testdata and plugins/azure/testdata.
#ifndef SOLDER_SDK_WEB_ENDPOINT_HPP_
#define SOLDER_SDK_WEB_ENDPOINT_HPP_

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "solder/envoy_fields.h"
#include "solder/sdk/json.hpp"
#include "solder/sdk/out.hpp"
#include "solder/sdk/tls_context.hpp"

namespace solder::sdk {

struct WebEndpoint {
  std::string host;
  uint64_t port = 443;
  bool tls = true;

  // As it stands in a request's host header.
  [[nodiscard]] std::string authority() const {
    return port == (tls ? 443u : 80u) ? host : host + ":" + std::to_string(port);
  }
};

inline constexpr const char* kExpectedWebEndpoint = "http://HOST or https://HOST, either with :PORT";

inline std::optional<uint64_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  uint64_t port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    port = port * 10 + static_cast<uint64_t>(c - '0');
  }
  return port >= 1 && port <= 65535 ? std::optional(port) : std::nullopt;
}

inline bool is_host_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

// http://HOST[:PORT] or https://HOST[:PORT].
inline std::optional<WebEndpoint> parse_web_endpoint(std::string_view url) {
  WebEndpoint endpoint;
  if (url.starts_with("http://")) {
    endpoint.tls = false;
    endpoint.port = 80;
  } else if (!url.starts_with("https://")) {
    return std::nullopt;
  }
  std::string_view rest = url.substr(url.find("//") + 2);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const size_t colon = rest.find(':');
  if (colon != std::string_view::npos) {
    const auto port = parse_port(rest.substr(colon + 1));
    if (!port) return std::nullopt;
    endpoint.port = *port;
  }
  endpoint.host = rest.substr(0, colon);
  return is_host_name(endpoint.host) ? std::optional(endpoint) : std::nullopt;
}

// For a part of a path or of a query; `kept` stay as they are beside RFC 3986's unreserved ones.
inline std::string percent_encoded(std::string_view text, std::string_view kept = {}) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-_.~").find(c) != std::string_view::npos ||
        kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

namespace internal {

inline Message web_load_assignment(const WebEndpoint& at) {
  namespace endpoint = envoy::config::endpoint::v3;
  const Message socket = Message()
                             .add_string(core_fields::SocketAddress::kAddress, at.host)
                             .add_uint(core_fields::SocketAddress::kPortValue, at.port);
  const Message address = Message().add_message(core_fields::Address::kSocketAddress, socket);
  const Message host = Message().add_message(endpoint::Endpoint::kAddress, address);
  const Message lb = Message().add_message(endpoint::LbEndpoint::kEndpoint, host);
  const Message locality = Message().add_message(endpoint::LocalityLbEndpoints::kLbEndpoints, lb);
  return Message().add_message(endpoint::ClusterLoadAssignment::kEndpoints, locality);
}

// sslConfig is another plugin's; where it stands that plugin makes the socket, and only the server name is left to say.
inline void web_socket(const WebEndpoint& at, const Json& spec, const Json* parameters, std::string_view field,
                       Out& out) {
  const Json* ssl = find(spec, "sslConfig");
  if (ssl == nullptr) {
    Json config = Json::object();
    if (parameters != nullptr) config["parameters"] = *parameters;
    const auto context = upstream_tls_context(config, at.host, TlsReports::kAll, out);
    if (context) out.fragment(kTlsSocketSlot, kUpstreamTlsContextUrl, *context, field);
  } else if (get_string(*ssl, "sni").empty()) {
    out.fragment(kTlsSocketSlot, kUpstreamTlsContextUrl,
                 Message().add_string(tls_fields::UpstreamTlsContext::kSni, at.host), field);
  }
}

}  // namespace internal

// LOGICAL_DNS to the host, IPv4 as in Gloo. `spec` is the whole upstream's, `parameters` the TLS parameters where no
// sslConfig says otherwise, or null; `field` is what named the host.
inline void web_cluster(const WebEndpoint& at, const Json& spec, const Json* parameters, std::string_view field,
                        Out& out) {
  namespace cluster = envoy::config::cluster::v3;
  out.fragment("cluster",
               Message()
                   .add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kLOGICAL_DNS)
                   .add_enum(cluster::Cluster::kDnsLookupFamily, cluster::Cluster::DnsLookupFamily::kV4_ONLY));
  out.fragment("load_assignment", internal::web_load_assignment(at), field);
  if (at.tls) internal::web_socket(at, spec, parameters, field, out);
}

}  // namespace solder::sdk

#endif
