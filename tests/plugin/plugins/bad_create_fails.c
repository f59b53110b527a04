/* Does not like its configuration and says what about it. */
#include <stddef.h>
#include "solder/plugin.h"
static solder_status failing_create(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  solder_diag diag = {.size = sizeof diag,
                      .severity = SOLDER_SEVERITY_ERROR,
                      .field = SOLDER_STR("/region"),
                      .reason = SOLDER_STR("MissingRegion"),
                      .message = SOLDER_STR("a region is needed")};
  (void)host, (void)config, (void)self;
  out->diag(out->ctx, &diag);
  return SOLDER_INVALID_ARGUMENT;
}
#define PLUGIN_NAME "create_fails"
#define PLUGIN_CREATE failing_create
#include "base.h"
