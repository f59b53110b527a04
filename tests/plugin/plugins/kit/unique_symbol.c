/* Fails the kit's check unique-symbols. */
__asm__(
    ".pushsection .data\n"
    ".globl solder_test_one_for_all\n"
    ".type solder_test_one_for_all, @gnu_unique_object\n"
    ".size solder_test_one_for_all, 4\n"
    "solder_test_one_for_all: .long 1\n"
    ".popsection\n");
#define PLUGIN_NAME "unique_symbol"
#define PLUGIN_MORE "\"unload\":\"never\""
#include "../base.h"
