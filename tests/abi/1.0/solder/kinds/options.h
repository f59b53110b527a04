/* solder/kinds/options.h - "solder.options/1": claims option keys at a scope and turns values into fragments.
 *
 * The manifest lists (scope, key, JSON Schema). The host checks a value against the schema before the call, so `apply`
 * sees lowerCamel names, durations as strings ("5s"), enums by name, and no unknown field.
 *
 * Looking up a Secret gives its shape, never its values:
 *   {"type":"kubernetes.io/tls","keys":["tls.crt","tls.key"],"problems":[{"reason":"CertificateExpired","message":"..."}]}
 * with "empty" and "notOneLine", lists of keys, where values are empty, or are no single line of printable ASCII.
 */
#ifndef SOLDER_KINDS_OPTIONS_H_
#define SOLDER_KINDS_OPTIONS_H_

#include "solder/items.h"

#define SOLDER_CAP_OPTIONS "solder.options/1"

/* Where an option stands. The manifest uses the words in quotes. */
enum {
  SOLDER_SCOPE_SETTINGS = 1,             /* "settings": Settings.spec.<key> */
  SOLDER_SCOPE_GATEWAY = 2,              /* "gateway": Gateway.spec.options.<key> */
  SOLDER_SCOPE_HTTP_GATEWAY = 3,         /* "http_gateway": Gateway.spec.httpGateway.options.<key> */
  SOLDER_SCOPE_TCP_GATEWAY = 4,          /* "tcp_gateway": Gateway.spec.tcpGateway.options.<key> */
  SOLDER_SCOPE_SSL = 5,                  /* "virtual_service": VirtualService.spec.<key>, such as sslConfig; the same
                                          * keys of a TCP host and of a hybrid gateway's matcher */
  SOLDER_SCOPE_VIRTUAL_HOST = 6,         /* "virtual_host": VirtualService.spec.virtualHost.options.<key> */
  SOLDER_SCOPE_ROUTE = 7,                /* "route": routes[].options.<key> */
  SOLDER_SCOPE_WEIGHTED_DESTINATION = 8, /* "weighted_destination": multi.destinations[].options.<key> */
  SOLDER_SCOPE_UPSTREAM = 9              /* "upstream": Upstream.spec.<key> */
};

enum {
  SOLDER_ACTION_NONE = 0, /* not a route */
  SOLDER_ACTION_FORWARD = 1,
  SOLDER_ACTION_REDIRECT = 2,
  SOLDER_ACTION_DIRECT_RESPONSE = 3
};

typedef struct solder_option_input {
  uint32_t size;
  uint32_t scope;
  uint32_t action; /* SOLDER_SCOPE_ROUTE: what the route does */
  uint32_t reserved;
  /* The object that holds the value. In a route (scopes route and weighted_destination) only the namespace is told, the
   * kind is "Route" and there is no name: all routes of a namespace that say the same are translated once. */
  solder_ref object;
  solder_str key;
  solder_str path;    /* JSON pointer of the value: in the object, or below the route for what stands in one */
  solder_str value;   /* JSON of the value */
  solder_str options; /* JSON of all options at that place, the neighbours included */
} solder_option_input;

typedef struct solder_cap_options {
  uint32_t size;
  uint32_t reserved;
  /* in: solder_option_input[]; out by scope:
   *   route: route, route_action, redirect_action, per_filter/, http_filter/, metadata/, resource/
   *   weighted_destination: weighted_cluster, per_filter/, http_filter/
   *   virtual_host: virtual_host, per_filter/, http_filter/, metadata/, resource/
   *   virtual_service (sslConfig): filter_chain, transport_socket/, listener
   *   gateway: listener, hcm, tcp_proxy, resource/; http_gateway: hcm, http_filter/, network_filter/, listener,
   *     resource/; tcp_gateway: tcp_proxy, network_filter/, listener, resource/
   *   upstream: cluster, front_cluster, http_protocol_options, load_assignment, transport_socket/, socket_wrapper/,
   *     metadata/, upstream_filter/, resource/
   *   settings: hcm, http_filter/, listener, for every HTTP gateway
   * and secret uses at the scopes that have a transport socket. */
  solder_op apply;
} solder_cap_options;

#define SOLDER_CAP_OPTIONS_SIZE_1_0 (offsetof(solder_cap_options, apply) + sizeof(solder_op))

#endif
