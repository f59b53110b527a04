#define PLUGIN_NAME "manifest_minor"
#define PLUGIN_ABI "{\"major\":1,\"minor\":7}"
#include "base.h"
