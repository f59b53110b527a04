/* solder/services/objects.h - host service "solder.objects/1": whole objects from elsewhere, into the store.
 * For instances that were told to watch (kinds/config_watcher.h).
 *
 * What a source puts counts like a file in a directory. Nothing of it counts before the first complete() of an
 * instance: until then the world is what the source gave last, in this run of Solder or an earlier one, if that was
 * whole; a world that is half read is never served. A file's object of the same name takes the place of a source's,
 * which is a problem of the source's one. Strand: all of it [strand], that is from a call of the instance, a timer's
 * function or an answer's. Errors: OK; INVALID_ARGUMENT: it cannot be read; PERMISSION_DENIED: this instance was not
 * told to watch. Tested by tests/unit/sources/source_store_test.cc and tests/plugin/config_watcher_test.cc.
 */
#ifndef SOLDER_SERVICES_OBJECTS_H_
#define SOLDER_SERVICES_OBJECTS_H_

#include "solder/abi.h"

#define SOLDER_SVC_OBJECTS "solder.objects/1"

typedef struct solder_svc_objects {
  uint32_t size;
  uint32_t reserved;
  void *ctx;
  /* The object as JSON, whole: apiVersion, kind, metadata, spec. The same again costs nothing. */
  solder_status (*put)(void *ctx, solder_str json);
  solder_status (*remove)(void *ctx, const solder_ref *object);
  /* begin, put..., end: a list of all objects of `kind` in the namespace `ns`, or in all where that is empty. With
   * end() those go that were not put in between. */
  solder_status (*begin)(void *ctx, solder_str kind, solder_str ns);
  solder_status (*end)(void *ctx, solder_str kind, solder_str ns);
  /* They cannot be listed now: what is known of them stays. */
  solder_status (*keep)(void *ctx, solder_str kind, solder_str ns);
  /* Everything there is has been put or kept once: it counts from now on, and what comes later counts at once. What an
   * earlier instance put, and this one neither put nor kept, goes. */
  solder_status (*complete)(void *ctx);
  /* All problems that the source has now: solder_diag[], none included. They stand on the status page under the kind
   * ConfigSource and the plugin's name. */
  solder_status (*report)(void *ctx, solder_span problems);
  /* What became of a change (kinds/config_watcher.h): OK; NOT_FOUND: there was nothing to remove; or why not, in words
   * for people. */
  solder_status (*changed)(void *ctx, uint64_t id, solder_status status, solder_str words);
} solder_svc_objects;

#define SOLDER_SVC_OBJECTS_SIZE_1_0 (offsetof(solder_svc_objects, report) + sizeof(void (*)(void)))

#endif
