/* Fails the kit's check state: it never takes what it saved. */
#define RESTORE SOLDER_INVALID_ARGUMENT
#define PLUGIN_NAME "refuses_own_state"
#include "state.h"
