/* bug.c: in unit tests a VM_BUG is an assertion that cmocka can expect. */
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/bug.h"

_Noreturn void vm_bug(const char *what, const char *file, int line)
{
    mock_assert(0, what, file, line);
    abort();
}
