/* solder/services/lease.h - host service "solder.lease/1": several Solders on one store, of which one at a time
 * leads: it alone writes statuses, runs discoveries, and says what all of them share. For instances that were told to
 * watch (kinds/config_watcher.h); how the lease is kept is the store's business: an object in Kubernetes, a lock on a
 * file.
 *
 * Without a call of hold() this Solder is alone and leads. With the first one it leads only while every source that
 * keeps a lease says so. Time is that of services/loop.h, which goes on while the process is stopped: whoever wakes
 * late leads no more, before anybody tells it. A source takes `until_ns` earlier than others may take the lease over.
 * A process that never leads, such as `solder discovery`, does not offer it, and then no lease is taken.
 * Tested by tests/unit/sources/leadership_test.cc, tests/plugin/config_watcher_test.cc and
 * tests/e2e/kubernetes_replicas_test.py.
 */
#ifndef SOLDER_SERVICES_LEASE_H_
#define SOLDER_SERVICES_LEASE_H_

#include "solder/abi.h"

#define SOLDER_SVC_LEASE "solder.lease/1"

typedef struct solder_svc_lease {
  uint32_t size;
  uint32_t reserved;
  void *ctx;
  /* The lease is this Solder's until that time; 0, or a time that has passed: it is not. Called again to renew it. OK;
   * PERMISSION_DENIED: this instance was not told to watch. [strand] */
  solder_status (*hold)(void *ctx, uint64_t until_ns);
} solder_svc_lease;

#define SOLDER_SVC_LEASE_SIZE_1_0 (offsetof(solder_svc_lease, hold) + sizeof(void (*)(void)))

#endif
