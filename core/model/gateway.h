// Gateway, MatchableHttpGateway and MatchableTcpGateway (gateway.solo.io/v1), decoded, and what ListenerOption and
// HttpListenerOption add to them. A gateway is a listener of one or more parts; each
// part serves virtual services or forwards TCP, to the connections that its matcher takes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/label_selector.h"
#include "core/model/object.h"
#include "core/model/options.h"
#include "core/model/virtual_service.h"

namespace solder::model {

struct HttpGateway {
  std::vector<ObjectRef> virtual_services;      // explicit references; empty: by selector
  std::map<std::string, std::string> selector;  // virtualServiceSelector
  std::vector<std::string> namespaces;          // virtualServiceNamespaces; empty or "*": all
  std::vector<SelectorExpression> expressions;  // virtualServiceExpressions.expressions
  OptionSet options;
};

// Connections that go to one place.
struct TcpHost {
  std::string name;
  OptionSet tls;  // sslConfig; without it the bytes go through as they are
  std::vector<WeightedDestination> destinations;
  bool multi = false;                       // `multi`; false: `single`, one destination
  std::optional<ObjectRef> upstream_group;  // `upstreamGroup`
  bool forward_sni = false;                 // `forwardSniClusterName`: the server name is the cluster's
  std::string path;                         // JSON pointer in the object that holds it
};

struct TcpGateway {
  std::vector<TcpHost> hosts;
  OptionSet options;
};

struct CidrRange {
  std::string address;
  uint32_t prefix_length = 0;

  bool operator==(const CidrRange&) const = default;
};

// Which connections of a listener a part takes: all where nothing is set.
struct ConnectionMatcher {
  bool has_tls = false;           // sslConfig is there: the part takes virtual services with TLS
  OptionSet tls;                  // what they have in common
  std::vector<CidrRange> ranges;  // sourcePrefixRanges
  std::string text;               // as JSON: equal ones are the same matcher
  std::string path;
};

struct GatewayPart {
  ConnectionMatcher matcher;
  bool is_tcp = false;
  HttpGateway http;
  TcpGateway tcp;
  ObjectRef object;  // where it stands: the Gateway, or what it delegates to
  std::string path;  // of httpGateway or tcpGateway there
};

// hybridGateway.delegatedHttpGateways or delegatedTcpGateways: parts that stand in objects of their own.
struct DelegatedGateways {
  std::string kind;  // MatchableHttpGateway or MatchableTcpGateway
  std::optional<ObjectRef> ref;
  std::optional<TableSelector> selector;
  bool prevent_child_overrides = false;
  std::string tls;                 // sslConfig as JSON, or empty
  std::string connection_manager;  // httpConnectionManagerSettings as JSON, or empty
  std::string path;
};

// A ListenerOption or HttpListenerOption.
struct AttachedOptions {
  struct Target {
    std::string group, kind, ns, name, section;
    std::string path;
  };
  OptionSet options;
  std::vector<Target> targets;
  std::string created;  // metadata.creationTimestamp: older ones win
};

struct Gateway {
  ObjectRef ref;
  bool ssl = false;  // of an HTTP gateway: takes virtual services with TLS
  std::string bind_address = "::";
  uint32_t bind_port = 0;
  std::vector<std::string> proxy_names;  // none in the file: gateway-proxy
  bool use_proxy_proto = false;
  bool hybrid = false;
  std::vector<GatewayPart> parts;  // one, unless it is hybrid
  std::vector<DelegatedGateways> delegated;
  OptionSet options;
  // routeOptions
  std::optional<uint32_t> max_direct_response_bytes;
  bool most_specific_header_mutations_wins = false;
  std::map<std::string, std::string> labels;
};

}  // namespace solder::model
