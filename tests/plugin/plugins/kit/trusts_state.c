/* Fails the kit's check odd-state: what it did not save itself ends the process. */
#include <stdlib.h>
#define RESTORE (solder_str_eq(state, "state") ? SOLDER_OK : (abort(), SOLDER_OK))
#define PLUGIN_NAME "trusts_state"
#include "state.h"
