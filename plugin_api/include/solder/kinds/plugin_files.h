/* solder/kinds/plugin_files.h - "solder.plugin-files/1": brings plugins that are no shared objects, such as
 * Python files. The manifest lists the ends of their names without the dot:
 * {"id": "solder.plugin-files/1", "files": ["py"]}.
 *
 * For each such file in the plugin directories the host asks for the manifest, checks it like that of any plugin, and
 * then takes the file's table, which is that of a plugin: everything after this is as if it were a library. A plugin
 * with this capability, and no other, may link a language's runtime (libpython).
 */
#ifndef SOLDER_KINDS_PLUGIN_FILES_H_
#define SOLDER_KINDS_PLUGIN_FILES_H_

#include "solder/items.h"

#define SOLDER_CAP_PLUGIN_FILES "solder.plugin-files/1"

typedef struct solder_plugin_file {
  uint32_t size;
  uint32_t reserved;
  solder_str content;       /* all of it */
  solder_str original;      /* where the operator put it: for messages, and for what lies beside it */
  solder_str name, version; /* of its manifest; empty where that is asked for */
} solder_plugin_file;

#define SOLDER_PLUGIN_FILE_SIZE_1_0 (offsetof(solder_plugin_file, version) + sizeof(solder_str))

typedef struct solder_cap_plugin_files {
  uint32_t size;
  uint32_t reserved;
  /* in: solder_plugin_file[]; out: for each a SOLDER_ITEM_OBJECT whose json is the manifest, or a problem. The only
   * operation that need not be pure: reading a manifest may run the file. `solder serve` therefore asks for it in a
   * process of its own. */
  solder_op describe;
  /* The table of a file with that manifest, which another process may have read. NULL: it cannot be had, and out->diag
   * says why. Its create() finds the content in the file that solder_host.file names, which never changes. The table
   * lives until the next call of this; the host copies it. */
  const solder_plugin *(*entry)(void *self, const solder_plugin_file *file, const solder_out *out);
} solder_cap_plugin_files;

#define SOLDER_CAP_PLUGIN_FILES_SIZE_1_0 (offsetof(solder_cap_plugin_files, entry) + sizeof(void (*)(void)))

#endif
