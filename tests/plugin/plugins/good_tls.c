/* Fills slots of the TLS scope and names a secret, in a batch whose elements it reads by stride. */
#define PLUGIN_NAME "tls"
#define PLUGIN_MANIFEST                                                                                          \
  "{\"manifest_version\":1,\"name\":\"tls\",\"version\":\"1.0.0\",\"abi\":{\"major\":1,\"minor\":0},"            \
  "\"provides\":[{\"id\":\"solder.options/1\",\"claims\":[{\"scope\":\"virtual_service\",\"key\":\"sslConfig\"," \
  "\"schema\":true}]}],\"unload\":\"allowed\"}"
#include <stddef.h>
#include "solder/items.h"
static solder_status tls_apply(void *self, const solder_call *call, const solder_out *out) {
  (void)self;
  for (uint64_t i = 0; i < call->in.count; i++) {
    solder_item_secret_use use = {.head = {sizeof use, SOLDER_ITEM_SECRET_USE},
                                  .index = i,
                                  .sds_name = SOLDER_STR("ns.cert"),
                                  .ref = {SOLDER_STR("Secret"), SOLDER_STR("ns"), SOLDER_STR("cert")},
                                  .form = SOLDER_SECRET_TLS_CERTIFICATE,
                                  .field = SOLDER_STR("/secretRef")};
    out->emit(out->ctx, &use.head);
  }
  return SOLDER_OK;
}
#define PLUGIN_APPLY tls_apply
#include "base.h"
