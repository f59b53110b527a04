/* Fails the kit's check messages: a Route has no such field. */
#define PLUGIN_NAME "wrong_message"
#define PLUGIN_JSON "{\"nonsense\":1}"
#include "../base.h"
