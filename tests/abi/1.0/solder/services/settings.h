/* solder/services/settings.h - host service "solder.settings/1": the Settings that count, for instances that work
 * by themselves, such as sources of objects and discoveries. (Calls that translate read them with lookup().)
 *
 * They are known once everybody who may bring Settings has told what there is: files, and all sources of objects
 * (kinds/config_watcher.h) but those whose manifest lists this service under "needs", for these wait for them. Settings
 * that such a source brings count as well, later.
 * Strand: `changed` runs where timers do (services/loop.h), never once destroy() has begun.
 * Tested by tests/unit/host/settings_watch_test.cc, tests/unit/sources/settings_tap_test.cc and
 * tests/e2e/vault_test.py.
 */
#ifndef SOLDER_SERVICES_SETTINGS_H_
#define SOLDER_SERVICES_SETTINGS_H_

#include "solder/abi.h"

#define SOLDER_SVC_SETTINGS "solder.settings/1"

/* `spec`: the spec as JSON after it passed the schemas, so in one spelling; of Settings that do not pass, the last that
 * did, else as they were written. Empty: there are none. It lives for the call. */
typedef void (*solder_settings_changed)(void *arg, solder_str spec);

typedef struct solder_svc_settings {
  uint32_t size;
  uint32_t reserved;
  void *ctx;
  /* `changed` is called once they are known, and whenever others count. Takes the place of an earlier call; NULL: no
   * more. OK; UNAVAILABLE where nothing is served, as in `solder check`. [strand] */
  solder_status (*watch)(void *ctx, solder_settings_changed changed, void *arg);
} solder_svc_settings;

#define SOLDER_SVC_SETTINGS_SIZE_1_0 (offsetof(solder_svc_settings, watch) + sizeof(void (*)(void)))

#endif
