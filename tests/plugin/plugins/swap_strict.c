/* A generation that finds everything wrong. */
#include "solder/plugin.h"

static solder_status complain(void *self, const solder_call *call, const solder_out *out) {
  (void)self;
  for (uint64_t i = 0; i < call->in.count; i++) {
    solder_diag problem = {.size = sizeof problem,
                           .severity = SOLDER_SEVERITY_ERROR,
                           .index = i,
                           .reason = SOLDER_STR("NotLiked"),
                           .message = SOLDER_STR("this generation likes nothing")};
    out->diag(out->ctx, &problem);
  }
  return SOLDER_OK;
}
#define PLUGIN_APPLY complain
#define PLUGIN_NAME "swap"
#define PLUGIN_VERSION "6.0.0"
#include "base.h"
