// The process that serves plugins to tests, as `solder plugin-host` does to a server.
#include "core/host/isolation/serve.h"

int main() { return solder::host::isolation::serve_plugin(); }
