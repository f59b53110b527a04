/* Fails the kit's check executable-stack by how it is linked. */
#define PLUGIN_NAME "executable_stack"
#include "../base.h"
