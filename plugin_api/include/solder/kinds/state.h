/* solder/kinds/state.h - "solder.state/1": what one generation of a plugin wants another to know.
 *
 * When a plugin's file is replaced, or somebody goes back to an older one, the new generation is made beside the one
 * that runs. save() is called on the instance that runs; restore() on the new one, after create() and before any
 * operation. A status that is not OK keeps the old generation. Operations are pure, so the state of a translator is
 * nothing that its output depends on: a cache, a counter, what it learned from elsewhere.
 */
#ifndef SOLDER_KINDS_STATE_H_
#define SOLDER_KINDS_STATE_H_

#include "solder/abi.h"

#define SOLDER_CAP_STATE "solder.state/1"

typedef struct solder_cap_state {
  uint32_t size;
  uint32_t reserved;
  /* Hands the state to `write`, which copies, in as many pieces as it likes. Any bytes, at most 64 MB. */
  solder_status (*save)(void *self, void *ctx, void (*write)(void *ctx, solder_str bytes));
  /* `version` is that of the generation that saved. One that cannot use it starts anew, or says no. */
  solder_status (*restore)(void *self, solder_str version, solder_str state);
} solder_cap_state;

#define SOLDER_CAP_STATE_SIZE_1_0 (offsetof(solder_cap_state, restore) + sizeof(void (*)(void)))

#endif
