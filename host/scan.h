/* scan.h: the fields of one line: bare numbers and words, separated by exactly one space.
 *
 * Layer: host. Used by every reader of a text format. A scan stops at the first thing wrong and
 * keeps a sentence about it ("what is wrong, expected what"). Inline, because a trace has some
 * twenty million fields.
 */
#ifndef ATLAS_SCAN_H
#define ATLAS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_ERROR 200 /* bytes of an error text */
#define SCAN_SHOWN 24  /* most bytes of a bad field that it quotes */

struct scan {
    const char *p;   /* the next field                                         */
    const char *end; /* end of the line, where a NUL stands                    */
    bool more;       /* another field must follow: start of line, or after ' ' */
    char *error;     /* [array, SCAN_ERROR] owned by the caller                */
};

/* How many bytes of a field of len bytes an error text shows; for printf's "%.*s". */
static inline int scan_shown(size_t len)
{
    return (int)(len < SCAN_SHOWN ? len : SCAN_SHOWN);
}

/* Values of hex digits; 255 for everything else. */
extern const uint8_t scan_digit[256];

/* Begin with a line of len bytes, line[len] = 0; error is set to "". */
void scan_begin(struct scan *s, const char *line, size_t len, char error[SCAN_ERROR]);

/* Take note of a problem with a field; the first always returns false. */
bool scan_error(struct scan *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void scan_bad_number(struct scan *s, const char *name, unsigned base, uint64_t max);

/* Pass the field that ends at p. */
static inline bool scan_pass(struct scan *s, const char *p)
{
    s->more = p != s->end;
    s->p = s->more ? p + 1 : p;
    return true;
}

/* A hex number from 0 to max, no prefix, no sign. `name` is the field's name in an error text. */
static inline bool scan_hex(struct scan *s, uint64_t *value, const char *name, uint64_t max)
{
    const char *p = s->p;
    uint64_t v = 0, lost = 0;
    unsigned digit;

    for (; (digit = scan_digit[(unsigned char)*p]) < 16; p++) {
        lost |= v >> 60;
        v = v << 4 | digit;
    }
    if (p == s->p || lost != 0 || v > max || (*p != ' ' && p != s->end)) {
        scan_bad_number(s, name, 16, max);
        return false;
    }
    *value = v;
    return scan_pass(s, p);
}

/* A decimal number from 0 to max, likewise. */
static inline bool scan_dec(struct scan *s, uint64_t *value, const char *name, uint64_t max)
{
    const char *p = s->p;
    uint64_t v = 0;
    bool lost = false;
    unsigned digit;

    for (; (digit = scan_digit[(unsigned char)*p]) < 10; p++) {
        lost = lost || v > (UINT64_MAX - digit) / 10;
        v = v * 10 + digit;
    }
    if (p == s->p || lost || v > max || (*p != ' ' && p != s->end)) {
        scan_bad_number(s, name, 10, max);
        return false;
    }
    *value = v;
    return scan_pass(s, p);
}

/* A word of printable characters; *word points into the line. */
bool scan_word(struct scan *s, const char **word, size_t *len, const char *name);

/* Nothing may follow. */
bool scan_end(struct scan *s);

#endif
