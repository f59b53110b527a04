/* Claims good's key besides its own; "good" comes first by name. */
#define PLUGIN_NAME "rival"
#define PLUGIN_MANIFEST                                                                                            \
  "{\"manifest_version\":1,\"name\":\"rival\",\"version\":\"1.0.0\",\"abi\":{\"major\":1,\"minor\":0},"            \
  "\"provides\":[{\"id\":\"solder.options/1\",\"claims\":[{\"scope\":\"route\",\"key\":\"good\",\"schema\":true}," \
  "{\"scope\":\"route\",\"key\":\"rival\",\"schema\":true}]}],\"unload\":\"allowed\"}"
#include "base.h"
