/* solder/kinds/config_watcher.h - "solder.config-watcher/1": brings objects from elsewhere, such as from
 * Kubernetes' API, and follows what becomes of them.
 *
 * The host makes an instance of its own for it, so that nothing that it does holds up translation. watch() tells it
 * which kinds count; the instance then works with timers and requests (services/loop.h, http.h) and says what there is
 * by services/objects.h. Not pure: these operations are the only ones that may start things.
 */
#ifndef SOLDER_KINDS_CONFIG_WATCHER_H_
#define SOLDER_KINDS_CONFIG_WATCHER_H_

#include "solder/items.h"

#define SOLDER_CAP_CONFIG_WATCHER "solder.config-watcher/1"

/* A kind that some part of Solder reads. Frozen but for its end. */
typedef struct solder_watched_kind {
  uint32_t size;
  uint32_t reserved;
  solder_str kind, api_version; /* "VirtualService", "gateway.solo.io/v1" */
} solder_watched_kind;

#define SOLDER_WATCHED_KIND_SIZE_1_0 (offsetof(solder_watched_kind, api_version) + sizeof(solder_str))

/* One object that a user writes or takes away by `solder apply` and `solder delete`, in the store behind the source. */
enum { SOLDER_STORE_PUT = 1, SOLDER_STORE_REMOVE = 2 };
typedef struct solder_store_change {
  uint32_t size;
  uint32_t verb;
  uint64_t id; /* of this change, for changed() of services/objects.h */
  solder_ref object;
  solder_str api_version; /* "gateway.solo.io/v1" */
  solder_str json;        /* PUT: the object, whole */
} solder_store_change;

#define SOLDER_STORE_CHANGE_SIZE_1_0 (offsetof(solder_store_change, json) + sizeof(solder_str))

typedef struct solder_cap_config_watcher {
  uint32_t size;
  uint32_t reserved;
  /* in: solder_watched_kind[]: all that count, as one call. Once, soon after create(); again when others count because
   * plugins came or went. A source that is not set up says complete() at once. A status that is not OK counts as that,
   * and is logged. */
  solder_op watch;
  /* in: solder_object[]: what became of objects that this instance put, for writing it where their users look; `json`
   * is
   * {"state": "Accepted" | "Warning" | "Rejected", "reason": words for people, maybe none}. A json that is empty: there
   * is nothing to say of it any more. May be NULL. */
  solder_op statuses;
  /* For sources that keep a lease (services/lease.h). in: solder_object[]: all objects of the kind "SharedEntry" that
   * there are to be for all Solders on this store, as one call; those that are missing go. They are opaque, may hold
   * Secrets, and have no namespace: the source gives them its own. Told to every instance; while its Solder leads, a
   * source keeps them in its store, and all put what stands there (services/objects.h). May be NULL. */
  solder_op share;
  /* in: solder_store_change[]. Instead of watch(), in an instance of its own. Each is answered once by changed() of
   * services/objects.h, when it is done or cannot be. UNAVAILABLE: no store is set up here. May be NULL: nothing can be
   * written. */
  solder_op change;
} solder_cap_config_watcher;

#define SOLDER_CAP_CONFIG_WATCHER_SIZE_1_0 (offsetof(solder_cap_config_watcher, statuses) + sizeof(solder_op))

#endif
