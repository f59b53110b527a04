/* Fails the kit's check newer-hosts: it works in the host that it was built with and in no newer one. */
#define PLUGIN_NAME "old_hosts_only"
#define PLUGIN_RESULT (host_abi_minor == SOLDER_ABI_MINOR ? &plugin_table : NULL)
#include "../base.h"
