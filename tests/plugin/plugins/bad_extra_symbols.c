#define PLUGIN_NAME "extra_symbols"
#include "base.h"
SOLDER_EXPORT int apple(void);
SOLDER_EXPORT int banana(void);
SOLDER_EXPORT int cherry(void);
SOLDER_EXPORT int date_palm;
int apple(void) { return 1; }
int banana(void) { return 2; }
int cherry(void) { return 3; }
int date_palm = 4;
