/* Fails the kit's check side-by-side: of all its images in a process one may live. What they meet in is a limit that
 * nothing else uses. */
#include <sys/resource.h>
#include "solder/plugin.h"
enum { TAKEN = 4242 };
static int instances;
static struct rlimit before;
static solder_status make(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  struct rlimit now;
  *self = NULL;
  if (instances++ > 0) return SOLDER_OK;
  getrlimit(RLIMIT_MSGQUEUE, &now);
  if (now.rlim_cur == TAKEN) return instances--, SOLDER_ALREADY_EXISTS;
  before = now;
  now.rlim_cur = TAKEN;
  setrlimit(RLIMIT_MSGQUEUE, &now);
  return SOLDER_OK;
}
static void end(void *self) {
  (void)self;
  if (--instances == 0) setrlimit(RLIMIT_MSGQUEUE, &before);
}
#define PLUGIN_CREATE make
#define PLUGIN_DESTROY end
#define PLUGIN_NAME "one_image"
#include "../base.h"
