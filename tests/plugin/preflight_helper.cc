// The process in which tests let plugins be tried, as `solder plugin-preflight` is for a server.
#include <unistd.h>

#include "core/host/preflight.h"

int main() { return solder::host::serve_preflight(STDIN_FILENO); }
