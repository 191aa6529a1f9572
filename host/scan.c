/* scan.c: see scan.h. */
#include "scan.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NO 255
#define NO8 NO, NO, NO, NO, NO, NO, NO, NO
#define NO64 NO8, NO8, NO8, NO8, NO8, NO8, NO8, NO8

const uint8_t scan_digit[256] = {
    NO8,  NO8,  NO8, NO8, NO8, NO8,                                            /* 00 .. 2f */
    0,    1,    2,   3,   4,   5,   6,  7,  8,   9,   NO,  NO, NO, NO, NO, NO, /* 30 .. 3f */
    NO,   10,   11,  12,  13,  14,  15, NO, NO8, NO8, NO8,                     /* 40 .. 5f */
    NO,   10,   11,  12,  13,  14,  15, NO, NO8, NO8, NO8,                     /* 60 .. 7f */
    NO64, NO64,                                                                /* 80 .. ff */
};

void scan_begin(struct scan *s, const char *line, size_t len, char error[SCAN_ERROR])
{
    *s = (struct scan){.p = line, .end = line + len, .more = true, .error = error};
    error[0] = '\0';
}

bool scan_error(struct scan *s, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(s->error, SCAN_ERROR, format, args);
    va_end(args);
    return false;
}

static bool is_printable(char c)
{
    return c > ' ' && c < 127;
}

/* The field at s->p as it may be shown: its length, cut, up to something unprintable. */
static int shown(const struct scan *s)
{
    int len = 0;

    while (s->p + len != s->end && len < SCAN_SHOWN && is_printable(s->p[len]))
        len++;
    return len;
}

/* Is the field at s->p at least a number of this base? */
static bool is_number(const struct scan *s, unsigned base)
{
    const char *p = s->p;

    while (scan_digit[(unsigned char)*p] < base)
        p++;
    return p != s->p && (*p == ' ' || p == s->end);
}

void scan_bad_number(struct scan *s, const char *name, unsigned base, uint64_t max)
{
    char expected[64];

    if (base == 16)
        snprintf(expected, sizeof expected, "expected a hex number up to %" PRIx64, max);
    else
        snprintf(expected, sizeof expected, "expected a decimal number up to %" PRIu64, max);
    if (!s->more)
        scan_error(s, "field %s is missing, %s", name, expected);
    else if (!is_number(s, base))
        scan_error(s, "field %s is '%.*s', %s", name, shown(s), s->p, expected);
    else
        scan_error(s, "field %s is %.*s, too large, %s", name, shown(s), s->p, expected);
}

bool scan_word(struct scan *s, const char **word, size_t *len, const char *name)
{
    const char *p = s->p;

    if (!s->more)
        return scan_error(s, "field %s is missing, expected a word", name);
    while (p != s->end && is_printable(*p))
        p++;
    if (p == s->p || (p != s->end && *p != ' '))
        return scan_error(s, "field %s is '%.*s', expected a word of printable characters", name,
                          shown(s), s->p);
    *word = s->p;
    *len = (size_t)(p - s->p);
    return scan_pass(s, p);
}

bool scan_end(struct scan *s)
{
    if (s->more)
        return scan_error(s, "'%.*s' after the last field, expected the end of the line", shown(s),
                          s->p);
    return true;
}
