#define PLUGIN_NAME "manifest_major"
#define PLUGIN_ABI "{\"major\":2,\"minor\":0}"
#include "base.h"
