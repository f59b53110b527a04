/* solder/kinds/upstream_type.h - "solder.upstream-type/1": owns a key of Upstream.spec (static, kube, aws).
 *
 * `clusters` turns each upstream into fragments of its cluster; the host has already set the cluster's name and
 * Gloo's defaults (connect_timeout 5s). `destinations` adds to a route what a destination on such an upstream needs.
 * A claim with "service": true in the manifest owns a key of serviceSpec instead (rest, grpc), which upstreams of many
 * types have. `destinations` is then called for the destinations with a destinationSpec of that key, whatever the type
 * of their upstream is, after the owner of that type; `clusters` is not. Where the schema of an upstream type says
 * "x-solder-scope": "service", the schemas of such claims stand there.
 * Source of the behaviour: Gloo's Upstream API (gloo.solo.io/v1).
 */
#ifndef SOLDER_KINDS_UPSTREAM_TYPE_H_
#define SOLDER_KINDS_UPSTREAM_TYPE_H_

#include "solder/items.h"

#define SOLDER_CAP_UPSTREAM_TYPE "solder.upstream-type/1"

typedef struct solder_upstream_input {
  uint32_t size;
  uint32_t reserved;
  solder_ref upstream;
  solder_str key;          /* the owned key: "static" */
  solder_str path;         /* JSON pointer of the value in the object: "/spec/static" */
  solder_str value;        /* JSON of spec.<key>, checked against the manifest's schema */
  solder_str spec;         /* JSON of the whole spec, options included */
  solder_str cluster_name; /* as it will stand in Envoy */
} solder_upstream_input;

typedef struct solder_destination_input {
  uint32_t size;
  /* 1: inside a weighted cluster, so the only slots are weighted_cluster, per_filter/, http_filter/, and route_action
   * for what then holds for all destinations of the route */
  uint32_t weighted;
  solder_ref object; /* as in a route's options: kind "Route", the namespace, no name */
  solder_str path;   /* JSON pointer of the destination below its route */
  solder_ref upstream;
  solder_str upstream_value;   /* JSON of the upstream's spec.<its type> */
  solder_str destination_spec; /* JSON of destinationSpec.<key>, or empty */
  solder_str cluster_name;
  solder_str key; /* the upstream's type, or the service, for a plugin that owns several */
} solder_destination_input;

typedef struct solder_cap_upstream_type {
  uint32_t size;
  uint32_t reserved;
  /* May be NULL where only services are owned. in: solder_upstream_input[]; out: cluster, front_cluster,
   * http_protocol_options, load_assignment, transport_socket/, socket_wrapper/, metadata/, upstream_filter/, resource/,
   * secret uses */
  solder_op clusters;
  /* in: solder_destination_input[]; out: route, route_action, weighted_cluster, per_filter/, http_filter/,
   * metadata/. May be NULL: a destination then needs nothing beyond the cluster's name. */
  solder_op destinations;
  /* in: solder_upstream_input[]; out: load_assignment. The endpoints of an EDS cluster by themselves: what this looks
   * up is no dependency of the cluster, so that an endpoint which comes or goes costs one assignment and not a byte
   * more. Asked for where `clusters` made the cluster's type EDS. May be NULL: `clusters` then fills load_assignment.
   */
  solder_op endpoints;
} solder_cap_upstream_type;

#define SOLDER_CAP_UPSTREAM_TYPE_SIZE_1_0 (offsetof(solder_cap_upstream_type, destinations) + sizeof(solder_op))

#endif
