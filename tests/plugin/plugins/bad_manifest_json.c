#define PLUGIN_NAME "manifest_json"
#define PLUGIN_MANIFEST "{\"name\": \"manifest_json\", \"version\": "
#include "base.h"
