/* Another file of the name "good". */
#define PLUGIN_NAME "good"
#define PLUGIN_KEY "twin"
#include "base.h"
