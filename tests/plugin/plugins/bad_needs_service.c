#define PLUGIN_NAME "needs_service"
#define PLUGIN_MORE "\"needs\":[\"com.example.teleport/1\"]"
#include "base.h"
