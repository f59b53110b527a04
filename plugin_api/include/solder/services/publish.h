/* solder/services/publish.h - host service "solder.publish/1": what a discovery found, into the store.
 *
 * A discovery owns only the fields that it publishes. What users write is never changed and always wins: of a list, the
 * items that they wrote come first, and one of theirs takes the place of a published one of the same name. Each call
 * replaces all that the plugin published before for that object and field, so a repeat is harmless and costs no write.
 * What was published stays until it is replaced, over restarts of Solder as well; it goes with its object.
 * Only for upstreams that this instance was told to follow (kinds/function_discovery.h).
 * Tested by tests/plugin/discovery_test.cc.
 */
#ifndef SOLDER_SERVICES_PUBLISH_H_
#define SOLDER_SERVICES_PUBLISH_H_

#include "solder/abi.h"

#define SOLDER_SVC_PUBLISH "solder.publish/1"

typedef struct solder_published {
  uint32_t size;
  uint32_t reserved;
  solder_ref object;
  solder_str field; /* JSON pointer of a list: "/spec/aws/lambdaFunctions" */
  solder_str key;   /* the member that names an item: "logicalName" */
  /* JSON: a list of objects, each with a name of its own. With an empty `key` an object (and `field` names one), whose
   * members come where the user wrote none, at every depth; `{}`: nothing. Where the user's object is there and has
   * none of its members it stays as it is, for it says something else altogether. */
  solder_str items;
} solder_published;

#define SOLDER_PUBLISHED_SIZE_1_0 (offsetof(solder_published, items) + sizeof(solder_str))

typedef struct solder_svc_publish {
  uint32_t size;
  uint32_t reserved;
  void *ctx;
  /* OK; INVALID_ARGUMENT: something of it cannot be read; PERMISSION_DENIED: that object is not followed;
   * UNAVAILABLE: it could not be kept, and the log says why; CANCELLED once the instance is on its way out.
   * [strand] */
  solder_status (*list)(void *ctx, const solder_published *what);
  /* All problems that there are with discovering the object's functions, now: solder_diag[], none included. `index`
   * means nothing here, `field` is a JSON pointer from the object's root. Errors count as warnings, for what the object
   * says itself is none the worse. The same codes. [strand] */
  solder_status (*report)(void *ctx, const solder_ref *object, solder_span problems);
} solder_svc_publish;

#define SOLDER_SVC_PUBLISH_SIZE_1_0 (offsetof(solder_svc_publish, report) + sizeof(void (*)(void)))

#endif
