/* Fails the kit's check run-path by how it is linked. */
#define PLUGIN_NAME "run_path"
#include "../base.h"
