/* solder/items.h - what a plugin may emit: fragments for slots, uses of secrets, and derived objects.
 *
 * A fragment is a *partial* Envoy message for a named slot of what the host builds for the input `index`. The plugin
 * states only what it sets. Within a slot the host merges by protobuf's rules, with these differences:
 *   - wrappers (google.protobuf.UInt32Value ...), Duration, Timestamp and Any are leaves: replaced whole;
 *   - a oneof is one field: a later member replaces an earlier other member;
 *   - map values are merged by key; repeated fields are appended in order;
 *   - `clear` and JSON null unset a field; an explicit false or 0 overrides;
 *   - Any is packed last, so two plugins can fill one typed configuration.
 * Order is (weight, plugin name), never load order. Two plugins that set one singular field differently: the later
 * wins, and the object gets a warning that names both.
 *
 * Slots:
 *   cluster                      envoy.config.cluster.v3.Cluster
 *   front_cluster                envoy.config.cluster.v3.Cluster that takes the cluster's name and its transport
 *                                socket; the cluster itself is then named <name>_original. For tunnels: what is sent to
 *                                the front comes back through a listener (resource/<name>) that forwards it to the
 *                                original
 *   http_protocol_options        envoy.extensions.upstreams.http.v3.HttpProtocolOptions of the cluster; HTTP/1.1 where
 *                                no plugin says otherwise
 *   load_assignment              envoy.config.endpoint.v3.ClusterLoadAssignment
 *   route                        envoy.config.route.v3.Route
 *   route_action                 envoy.config.route.v3.RouteAction of a route that forwards
 *   redirect_action              envoy.config.route.v3.RedirectAction of a route that redirects
 *   weighted_cluster             envoy.config.route.v3.WeightedCluster.ClusterWeight
 *   virtual_host                 envoy.config.route.v3.VirtualHost
 *   hcm                          ...http_connection_manager.v3.HttpConnectionManager
 *   filter_chain                 envoy.config.listener.v3.FilterChain
 *   listener                     envoy.config.listener.v3.Listener
 *   transport_socket/<name>      the typed configuration of the transport socket of that name (cluster, filter chain)
 *   socket_wrapper/<name>        a transport socket around the cluster's own and around those of its
 *                                transport_socket_matches, whatever they are: a message with a field of type
 *                                TransportSocket, which the host fills (plain sockets as raw_buffer). Several: in order
 *                                of name, the first innermost
 *   per_filter/<filter name>     typed_per_filter_config of the route, weighted cluster or virtual host
 *   http_filter/<stage>          the configuration of an HTTP filter; `name` is the filter's name, `flags` say more
 *   network_filter/<stage>       the same of a network filter, before the connection manager or the TCP proxy
 *   upstream_filter/<stage>      the same on a cluster. A filter of type envoy.config.core.v3.ExtensionConfigSource has
 *                                its configuration in the resource/ of the filter's name
 *   metadata/<namespace>         google.protobuf.Struct in the metadata of the cluster, route or virtual host
 *   resource/<name>              a resource of its own (cluster, listener, extension configuration), which
 *                                message.type_url tells
 * Which of them an operation may fill stands with its capability.
 */
#ifndef SOLDER_ITEMS_H_
#define SOLDER_ITEMS_H_

#include "solder/plugin.h"

enum { SOLDER_ITEM_FRAGMENT = 1, SOLDER_ITEM_SECRET_USE = 2, SOLDER_ITEM_OBJECT = 3, SOLDER_ITEM_SECRET_FIELD = 4 };

/* Flags of fragments for http_filter/ slots. */
enum {
  SOLDER_FILTER_DISABLED =
      1,                   /* the filter works only where a per_filter/ fragment names it; one that says so suffices */
  SOLDER_FILTER_ONLY = 2,  /* what fragments without this flag say of the filter does not count on this listener */
  SOLDER_FILTER_ABSENT = 4 /* the listener goes without this filter, whoever else asks for it */
};

typedef struct solder_item_fragment {
  solder_item head; /* {sizeof, SOLDER_ITEM_FRAGMENT} */
  uint64_t index;
  solder_str slot;
  solder_str name; /* filter slots: the filter's name; else empty */
  solder_typed message;
  solder_span clear; /* solder_str[]: dotted proto field paths to unset before merging, "retry_policy.num_retries" */
  int32_t weight;    /* order within the slot; for filters: before (-1), during (0) or after (1) the stage, or beyond */
  uint32_t flags;    /* SOLDER_FILTER_*; else 0 */
  solder_str field;  /* JSON pointer below the input's path that asked for this; provenance, may be empty */
} solder_item_fragment;

#define SOLDER_ITEM_FRAGMENT_SIZE_1_0 (offsetof(solder_item_fragment, field) + sizeof(solder_str))

/* What an SDS secret is made from. */
enum {
  SOLDER_SECRET_TLS_CERTIFICATE = 1,    /* tls.crt and tls.key */
  SOLDER_SECRET_VALIDATION_CONTEXT = 2, /* ca.crt (or Gloo's rootCa) as trusted_ca */
  SOLDER_SECRET_GENERIC = 3,            /* the value under `key` */
  /* As SOLDER_SECRET_GENERIC, an ID token of Google's for the audience `key`, which the host mints and renews in time:
   * with the service account's key in the Secret's value service-account.json or key.json, or, where `ref` names no
   * Secret, by the metadata server of the host's machine. The text is empty while there is none. */
  SOLDER_SECRET_GOOGLE_ID_TOKEN = 4
};

/* Secrets never cross: a fragment names an SDS secret (SdsSecretConfig.name = sds_name, over ADS), and this item
 * tells the host to serve it from the Secret `ref`. */
typedef struct solder_item_secret_use {
  solder_item head; /* {sizeof, SOLDER_ITEM_SECRET_USE} */
  uint64_t index;
  solder_str sds_name;
  solder_ref ref;
  uint32_t form;
  uint32_t reserved;
  solder_str key;   /* SOLDER_SECRET_GENERIC: which value; SOLDER_SECRET_GOOGLE_ID_TOKEN: the audience; else empty */
  solder_str patch; /* wire bytes of a CertificateValidationContext merged over a validation context; may be empty */
  solder_str field; /* JSON pointer below the input's path */
} solder_item_secret_use;

#define SOLDER_ITEM_SECRET_USE_SIZE_1_0 (offsetof(solder_item_secret_use, field) + sizeof(solder_str))

/* A text field of an extension configuration that the same input emits in the slot resource/<resource>: the host writes
 * the value `key` of the Secret `ref` into it, after everything else and outside of all that can be printed. As long as
 * one of a resource's values is not there the resource is not served. A value that rotates changes that resource alone:
 * a filter that finds its configuration by ECDS is renewed without touching the cluster it stands in. */
typedef struct solder_item_secret_field {
  solder_item head; /* {sizeof, SOLDER_ITEM_SECRET_FIELD} */
  uint64_t index;
  solder_str resource; /* the name behind resource/ */
  solder_str path;     /* dotted proto field path, "credential_provider.inline_credential.access_key_id" */
  solder_ref ref;
  solder_str key;   /* which value */
  solder_str field; /* JSON pointer below the input's path */
} solder_item_secret_field;

#define SOLDER_ITEM_SECRET_FIELD_SIZE_1_0 (offsetof(solder_item_secret_field, field) + sizeof(solder_str))

/* An object that a plugin derives from another one (kinds/discovery.h). */
typedef struct solder_item_object {
  solder_item head; /* {sizeof, SOLDER_ITEM_OBJECT} */
  uint64_t index;
  solder_str json; /* the whole object as a user would write it: apiVersion, kind, metadata, spec */
} solder_item_object;

#define SOLDER_ITEM_OBJECT_SIZE_1_0 (offsetof(solder_item_object, json) + sizeof(solder_str))

#endif
