#define PLUGIN_NAME "no_manifest"
#define PLUGIN_NO_MANIFEST
#include "base.h"
