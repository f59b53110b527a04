/* Right in every way; stands beside the bad ones and must keep working. */
#define PLUGIN_NAME "good"
#include "base.h"
