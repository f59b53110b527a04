/* Fails the kit's check unload by how it is linked: -z nodelete. */
#define PLUGIN_NAME "not_unloadable"
#include "../base.h"
