/* Fails the kit's check threads: an instance has one of its own. */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include "solder/plugin.h"
struct instance {
  pthread_t thread;
  sem_t end;
};
static void *wait_for_end(void *instance) {
  while (sem_wait(&((struct instance *)instance)->end) != 0) {
  }
  return NULL;
}
static solder_status make(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)host, (void)config, (void)out;
  struct instance *made = calloc(1, sizeof *made);
  if (made == NULL) return SOLDER_RESOURCE_EXHAUSTED;
  sem_init(&made->end, 0, 0);
  if (pthread_create(&made->thread, NULL, wait_for_end, made) != 0) return free(made), SOLDER_RESOURCE_EXHAUSTED;
  *self = made;
  return SOLDER_OK;
}
static void end(void *self) {
  struct instance *made = self;
  sem_post(&made->end);
  pthread_join(made->thread, NULL);
  free(made);
}
#define PLUGIN_CREATE make
#define PLUGIN_DESTROY end
#define PLUGIN_NAME "thread"
#include "../base.h"
