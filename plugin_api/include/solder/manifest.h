/* solder/manifest.h - how a plugin carries its manifest: one ELF note, readable without running its code.
 *
 * Section `.note.solder`, note name "Solder", type 1, description: the manifest as JSON text:
 *   { "manifest_version": 1, "name": "routing", "version": "1.0.0", "summary": "...",
 *     "abi": {"major": 1, "minor": 0},
 *     "provides": [ {"id": "solder.options/1",
 *                    "claims": [ {"scope": "route", "key": "timeout", "schema": { JSON Schema }} ]},
 *                   {"id": "solder.upstream-type/1", "claims": [ {"key": "static", "schema": {...},
 *                                                           "destination": {schema of destinationSpec.static}} ]} ],
 *     "needs": [], "filters": [ {"name": "envoy.filters.http.cors", "stage": "cors"} ],
 *     "kinds": [ {"kind": "EndpointSlice", "api_version": "discovery.k8s.io/v1", "schema": { JSON Schema },
 *                 "index": ["/metadata/labels/kubernetes.io~1service-name"], "derive": false, "status": false} ],
 *     "isolation": "in_process", "unload": "allowed" }
 * `kinds` are objects that are not Solder's own and that plugins read. Each is checked against the schema of the first
 * plugin by name that lists its kind; one that fails is Rejected, and its last good version is read on. Plugins look
 * such objects up like any other (solder_call::lookup) and list them by the indexes that manifests declare: JSON
 * pointers whose text is the key, "" for all of a kind (solder_call::list). `derive` hands each object of the kind to
 * the plugin's solder.discovery/1. `status` gives each object a report, Accepted where nothing is wrong with it;
 * without it only those that are wrong have one. A kind that no manifest lists has no effect and says so. Secrets
 * cannot be listed. CMake plugins keep it in a file (solder_add_plugin's MANIFEST). A plugin of one C file writes
 *   SOLDER_MANIFEST("{\"manifest_version\":1, ... }")
 * once at file level. Source of the note's layout: the ELF gABI, "Note Section".
 */
#ifndef SOLDER_MANIFEST_H_
#define SOLDER_MANIFEST_H_

#include "solder/abi.h"

#define SOLDER_NOTE_SECTION ".note.solder"
#define SOLDER_NOTE_NAME "Solder"
#define SOLDER_NOTE_TYPE_MANIFEST 1u

#define SOLDER_MANIFEST(json)                                                           \
  __attribute__((used, aligned(4), section(SOLDER_NOTE_SECTION))) static const struct { \
    uint32_t name_size, desc_size, type;                                                \
    char name[8];                                                                       \
    char desc[(sizeof(json) + 3) / 4 * 4]; /* C++ wants room for the final NUL */       \
  } solder_manifest_note = {7, sizeof(json) - 1, SOLDER_NOTE_TYPE_MANIFEST, SOLDER_NOTE_NAME, json}

#endif
