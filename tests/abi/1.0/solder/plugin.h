/* solder/plugin.h - the entry symbol, the life cycle, and the one shape that every call has.
 *
 * A plugin is one shared object. It carries its manifest in the ELF note section `.note.solder`
 * (manifest.h) and exports exactly one function, solder_plugin_entry_v1. Everything else is reached through the
 * table which that function returns.
 *
 * Life: create -> (calls)* -> destroy. `create` may be called several times; instances share nothing mutable.
 * Tested by tests/plugin.
 */
#ifndef SOLDER_PLUGIN_H_
#define SOLDER_PLUGIN_H_

#include "solder/abi.h"

/* Head of everything that a plugin hands out; `type` is a SOLDER_ITEM_* of items.h. */
typedef struct solder_item {
  uint32_t size;
  uint32_t type;
} solder_item;

/* The host's sink, valid during the call. Both functions copy what they are given. [any order, same thread] */
typedef struct solder_out {
  uint32_t size;
  uint32_t reserved;
  void *ctx;
  /* OK; INVALID_ARGUMENT: malformed, or an index outside the batch; PERMISSION_DENIED: a slot that this capability
   * may not fill; UNIMPLEMENTED: an item type that this host does not know. A refused item is also reported. */
  solder_status (*emit)(void *ctx, const solder_item *item);
  void (*diag)(void *ctx, const solder_diag *diag);
} solder_out;

/* An object as the user wrote it, checked: `json` holds the value in proto3 JSON with lowerCamel names. */
typedef struct solder_object {
  uint32_t size;
  uint32_t reserved;
  solder_ref ref;
  solder_str json;
} solder_object;

/* Objects of a kind that some loaded manifest lists under "kinds", by an index that it declares there (manifest.h). */
typedef struct solder_selector {
  uint32_t size;
  uint32_t reserved;
  solder_str kind, ns; /* one namespace; there is no list over all */
  solder_str field;    /* JSON pointer of a declared index: "/metadata/labels/kubernetes.io~1service-name" */
  solder_str value;    /* what stands there as a text; empty for the index "", which has every object of the kind */
} solder_selector;

#define SOLDER_SELECTOR_SIZE_1_0 (offsetof(solder_selector, value) + sizeof(solder_str))

typedef struct solder_call {
  uint32_t size;
  uint32_t flags;
  uint64_t deadline_ns; /* host's monotonic clock; an overrun is reported against the plugin */
  solder_span in;       /* the batch; the element type is the operation's */
  void *ctx;
  /* Reads another object on behalf of input `index`. The read is recorded, found or not: when the answer would
   * change, that input is translated again. A Secret comes without its values (see kinds/options.h).
   * OK, NOT_FOUND, or INVALID_ARGUMENT. The plugin sets found->size to sizeof(solder_object) first; what `found`
   * points to then lives until the call returns. */
  solder_status (*lookup)(void *ctx, uint64_t index, const solder_ref *ref, solder_object *found);
  /* Reads all objects that a selector selects, in order of name, on behalf of input `index`. Recorded like a lookup:
   * the input is translated again when one of them changes, comes or goes, the first one included; others of the kind
   * cost it nothing. OK, also where there is none; INVALID_ARGUMENT where no manifest declares that kind and index.
   * *found becomes a span of solder_object, which lives until the call returns. */
  solder_status (*list)(void *ctx, uint64_t index, const solder_selector *selector, solder_span *found);
} solder_call;

/* Every capability is a table of these. Pure: the output depends on the call's bytes, the plugin's configuration and
 * what was looked up, on nothing else. OK, or a code: then the whole batch counts as failed, and a diagnostic that
 * names the plugin goes to each of its objects. */
typedef solder_status (*solder_op)(void *self, const solder_call *call, const solder_out *out);

enum { SOLDER_LOG_DEBUG = 0, SOLDER_LOG_INFO = 1, SOLDER_LOG_WARNING = 2, SOLDER_LOG_ERROR = 3 };

/* One for each instance; valid until destroy() returns. */
typedef struct solder_host {
  uint32_t size;
  uint32_t reserved;
  uint32_t abi_major, abi_minor;
  solder_str name, version;
  void *ctx;
  /* The table of a host service such as "solder.typed/1", or NULL where this host has it not. [any thread] */
  const void *(*service)(void *ctx, solder_str id);
  void (*log)(void *ctx, uint32_t level, solder_str message); /* [any thread] */
  /* The plugin's file: the private copy that was opened, named by its content, and where the operator put it. */
  solder_str file, original_file;
} solder_host;

enum {
  SOLDER_PLUGIN_UNLOADABLE = 1u << 0 /* no threads, atexit handlers or thread-local destructors of its own */
};

typedef struct solder_plugin {
  uint32_t size;
  uint32_t flags;
  uint32_t abi_minor_min; /* oldest host that this image can work with */
  uint32_t reserved;
  solder_str name, version; /* equal to the manifest's */

  /* `config_json` is the operator's configuration of this plugin, "{}" where there is none. On success *self is the
   * instance (may be NULL). Problems of the configuration go to out->diag with index 0. */
  solder_status (*create)(const solder_host *host, solder_str config_json, void **self, const solder_out *out);
  void (*destroy)(void *self);
  /* The table of the capability `id` ("solder.options/1"), or NULL where the plugin has it not. The table lives as
   * long as the library. */
  const void *(*capability)(void *self, solder_str id);
} solder_plugin;

#define SOLDER_PLUGIN_SIZE_1_0 (offsetof(solder_plugin, capability) + sizeof(void (*)(void)))

/* The only exported symbol. Pure: no allocation, no thread, no I/O. NULL: cannot work in this host. */
SOLDER_EXPORT const solder_plugin *solder_plugin_entry_v1(uint32_t host_abi_minor) SOLDER_NOEXCEPT;

typedef const solder_plugin *(*solder_plugin_entry_fn)(uint32_t host_abi_minor);

#endif
