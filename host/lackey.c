/* lackey.c: see lackey.h. */
#include "lackey.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum lackey_line bad(char error[SCAN_ERROR], const char *line, size_t len, const char *what)
{
    int shown = len > 80 ? 80 : (int)len;

    for (int i = 0; i < shown; i++) { /* nothing unprintable in a message */
        if (line[i] < ' ' || line[i] > '~')
            shown = i;
    }
    snprintf(error, SCAN_ERROR, "'%.*s': %s, expected a lackey line such as ' L 1ffefffe38,8'",
             shown, line, what);
    return LACKEY_BAD;
}

/* ==123== and the like: the mark twice with a number between. */
static bool is_note(const char *line)
{
    const char *p = line + 2;

    if (line[0] != line[1] || memchr("=-*", line[0], 3) == NULL)
        return false;
    while (scan_digit[(unsigned char)*p] < 10)
        p++;
    return p > line + 2 && p[0] == line[0] && p[1] == line[0];
}

static bool find_kind(enum lackey_kind *kind, const char *line)
{
    static const char *const heads[LACKEY_KINDS] = {"I  ", " L ", " S ", " M "};

    for (unsigned i = 0; i < LACKEY_KINDS; i++) {
        if (line[0] == heads[i][0] && line[1] == heads[i][1] && line[2] == heads[i][2]) {
            *kind = (enum lackey_kind)i;
            return true;
        }
    }
    return false;
}

/* Digits of a number in base 10 or 16; *end is the first byte that is none. */
static bool number(uint64_t *value, const char **end, const char *p, unsigned base)
{
    const char *start = p;
    uint64_t v = 0;
    unsigned digit;

    for (; (digit = scan_digit[(unsigned char)*p]) < base; p++) {
        if (v > (UINT64_MAX - digit) / base)
            return false;
        v = v * base + digit;
    }
    *value = v;
    *end = p;
    return p > start;
}

enum lackey_line lackey_parse(struct lackey_ref *ref, const char *line, size_t len,
                              char error[SCAN_ERROR])
{
    const char *p;
    uint64_t size;

    if (len < 3 || !find_kind(&ref->kind, line)) {
        if (len == 0 || (len > 4 && is_note(line)))
            return LACKEY_NOTE;
        return bad(error, line, len, "unknown kind of line");
    }
    if (!number(&ref->va, &p, line + 3, 16))
        return bad(error, line, len, "no 64-bit hexadecimal address");
    if (*p != ',')
        return bad(error, line, len, "no comma after the address");
    if (!number(&size, &p, p + 1, 10) || size < 1 || size > LACKEY_MAX_SIZE)
        return bad(error, line, len, "no size from 1 to 4096");
    if (p != line + len)
        return bad(error, line, len, "something after the size");
    if (ref->va + (size - 1) < ref->va)
        return bad(error, line, len, "the address space ends before the size");
    ref->size = (uint32_t)size;
    return LACKEY_REF;
}

const char *lackey_text(char text[LACKEY_TEXT], const struct lackey_ref *ref)
{
    snprintf(text, LACKEY_TEXT, "%c %08" PRIx64 ",%" PRIu32, "ILSM"[ref->kind], ref -> va,
             ref -> size);
    return text;
}
