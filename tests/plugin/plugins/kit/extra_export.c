/* Fails the kit's check exports: a second symbol that others can see. */
#include "solder/abi.h"
SOLDER_EXPORT int somebody_elses_name;
int somebody_elses_name = 1;
#define PLUGIN_NAME "extra_export"
#include "../base.h"
