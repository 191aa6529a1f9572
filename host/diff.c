/* diff.c: see diff.h. */
#include "diff.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "arch/atlas_arch.h"

void diff_begin(struct diff *d)
{
    d->count = 0;
    d->used = 0;
    d->text[0] = '\0';
}

void diff_add(struct diff *d, const char *format, ...)
{
    size_t room = sizeof d->text - d->used;
    va_list args;
    int n;

    d->count++;
    va_start(args, format);
    n = vsnprintf(d->text + d->used, room, format, args);
    va_end(args);
    if (n < 0 || (size_t)n + 1 >= room) {
        d->text[d->used] = '\0';
        return;
    }
    d->used += (size_t)n;
    d->text[d->used++] = '\n';
    d->text[d->used] = '\0';
}

void diff_value(struct diff *d, const char *who, const char *name, uint64_t expected, uint64_t got)
{
    if (expected != got)
        diff_add(d, "  %s: %s is %" PRIx64 ", expected %" PRIx64, who, name, got, expected);
}

const char *diff_cause_text(unsigned cause)
{
    switch (cause) {
    case ATLAS_CAUSE_NONE: return "translated";
    case ATLAS_CAUSE_FETCH_ACCESS: return "fetch access fault";
    case ATLAS_CAUSE_LOAD_ACCESS: return "load access fault";
    case ATLAS_CAUSE_STORE_ACCESS: return "store access fault";
    case ATLAS_CAUSE_FETCH_PAGE: return "fetch page fault";
    case ATLAS_CAUSE_LOAD_PAGE: return "load page fault";
    case ATLAS_CAUSE_STORE_PAGE: return "store page fault";
    default: return "no such cause";
    }
}

void diff_cause(struct diff *d, const char *who, unsigned expected, unsigned got)
{
    if (expected != got)
        diff_add(d, "  %s: cause is %u (%s), expected %u (%s)", who, got, diff_cause_text(got),
                 expected, diff_cause_text(expected));
}
