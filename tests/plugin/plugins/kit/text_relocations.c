/* Fails the kit's check text-relocations: an address stands in its code. */
#define PLUGIN_NAME "text_relocations"
#include "../base.h"
const void *const *solder_test_where(void);
__asm__(
    ".pushsection .text\n"
    "solder_test_where: .quad plugin_table\n"
    ".popsection\n");
