#include "base/bug.h"

#if __STDC_HOSTED__

#include <stdio.h>
#include <stdlib.h>

_Noreturn void vm_bug(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: bug: %s\n", file, line, what);
    abort();
}

#endif
