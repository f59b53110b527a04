/* solder/kinds/discovery.h - "solder.discovery/1": objects that follow from others, such as an Upstream for each
 * port of a Kubernetes Service.
 *
 * The host calls `derive` for every object of the kinds that the manifest lists with "derive": true, and again when it,
 * or what the call looked up for it, changes. Derived objects are in memory only and live as long as their source does.
 * They are checked, translated and reported like those that users write. An object of the same name in a store takes
 * the place of a derived one; of two derived ones that of the first source (by plugin, kind, namespace, name) counts.
 * What is derived is no source itself, so there are no chains.
 */
#ifndef SOLDER_KINDS_DISCOVERY_H_
#define SOLDER_KINDS_DISCOVERY_H_

#include "solder/items.h"

#define SOLDER_CAP_DISCOVERY "solder.discovery/1"

typedef struct solder_cap_discovery {
  uint32_t size;
  uint32_t reserved;
  /* in: solder_object[], as lookup gives them; out: objects. A problem is reported on the source, `field` is a JSON
   * pointer in it; an error leaves what the source gave before out. */
  solder_op derive;
} solder_cap_discovery;

#define SOLDER_CAP_DISCOVERY_SIZE_1_0 (offsetof(solder_cap_discovery, derive) + sizeof(solder_op))

#endif
