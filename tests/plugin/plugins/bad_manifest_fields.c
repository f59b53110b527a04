/* A misspelt member, a version that is none, and a scope that does not exist: all three must be named. */
#define PLUGIN_NAME "manifest_fields"
#define PLUGIN_MANIFEST                                                                                         \
  "{\"manifest_version\":1,\"name\":\"manifest_fields\",\"version\":\"one\",\"abi\":{\"major\":1,\"minor\":0}," \
  "\"sumary\":\"x\",\"provides\":[{\"id\":\"solder.options/1\",\"claims\":[{\"scope\":\"rout\",\"key\":\"k\","  \
  "\"schema\":true}]}]}"
#include "base.h"
