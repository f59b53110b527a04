/* solder/kinds/function_discovery.h - "solder.function-discovery/1": finds what can be called on upstreams of a
 * type that the plugin owns (functions of AWS Lambda), and keeps that up to date. A plugin that owns no type is told of
 * the upstreams of all types whose owners find nothing themselves (functions of web services).
 *
 * The host makes an instance of its own for it, so that nothing that it does holds up translation. It tells the
 * instance which upstreams to follow and calls it no more; the instance works with timers, requests (services/loop.h,
 * http.h), and says what it found by services/publish.h. Not pure: these two operations are the only ones that may
 * start things. Which upstreams are followed is the operator's to say: Settings.discovery.fdsMode and labels, as in
 * Gloo.
 */
#ifndef SOLDER_KINDS_FUNCTION_DISCOVERY_H_
#define SOLDER_KINDS_FUNCTION_DISCOVERY_H_

#include "solder/kinds/upstream_type.h"

#define SOLDER_CAP_FUNCTION_DISCOVERY "solder.function-discovery/1"

typedef struct solder_cap_function_discovery {
  uint32_t size;
  uint32_t reserved;
  /* in: solder_upstream_input[] as users wrote them, without what was discovered; `cluster_name` is empty. Each is to
   * be followed from now on. One that is followed already has changed, or a Secret that it names has: start again.
   * Nothing is emitted; a problem becomes one of the upstream's, until the next report. */
  solder_op follow;
  /* in: solder_object[] whose json is empty: not to be followed any more. What was published stays. */
  solder_op forget;
} solder_cap_function_discovery;

#define SOLDER_CAP_FUNCTION_DISCOVERY_SIZE_1_0 (offsetof(solder_cap_function_discovery, forget) + sizeof(solder_op))

#endif
