/* solder/kinds/endpoint_discovery.h - "solder.endpoint-discovery/1": finds the endpoints of upstreams of a type
 * that the plugin owns (instances of a cloud), and keeps that up to date.
 *
 * Its table and all that is said of it are those of "solder.function-discovery/1" (kinds/function_discovery.h), but for
 * which upstreams are followed: all that are watched, as without endpoints an upstream is of no use; the settings of
 * function discovery say nothing about it. A plugin has one of the two. What is found is published as a list of the
 * upstream, which the plugin's `endpoints` (kinds/upstream_type.h) reads.
 */
#ifndef SOLDER_KINDS_ENDPOINT_DISCOVERY_H_
#define SOLDER_KINDS_ENDPOINT_DISCOVERY_H_

#include "solder/kinds/function_discovery.h"

#define SOLDER_CAP_ENDPOINT_DISCOVERY "solder.endpoint-discovery/1"

#endif
