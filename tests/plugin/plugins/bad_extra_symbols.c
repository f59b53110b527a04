/* Four functions too many. (Functions, not data: for exported data AddressSanitizer exports a symbol of its own.) */
#define PLUGIN_NAME "extra_symbols"
#include "base.h"
SOLDER_EXPORT int apple(void);
SOLDER_EXPORT int banana(void);
SOLDER_EXPORT int cherry(void);
SOLDER_EXPORT int date_palm(void);
int apple(void) { return 1; }
int banana(void) { return 2; }
int cherry(void) { return 3; }
int date_palm(void) { return 4; }
