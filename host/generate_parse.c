/* generate_parse.c: what to generate, from the command line. */
#include "generate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arch/atlas_arch.h"
#include "zipf.h"

enum { PAGES = 1024, REFS = 1000000, STORES = 25, PHASE = 10000, BASE = 0x10000000 };
enum { ALPHA_DIGITS = 3, SETS = 8 };

static const char *const names[GENERATE_KINDS] = {[GENERATE_SEQUENTIAL] = "sequential",
                                                  [GENERATE_STRIDED] = "strided",
                                                  [GENERATE_LOOP] = "loop",
                                                  [GENERATE_RANDOM] = "random",
                                                  [GENERATE_ZIPF] = "zipf",
                                                  [GENERATE_PHASES] = "phases",
                                                  [GENERATE_CHASE] = "chase"};

#define KIND_LIST "sequential, strided, loop, random, zipf, phases or chase"

/* How a value is written. */
enum form { DECIMAL, HEX, THOUSANDTHS };

static const struct key {
    const char *name;
    size_t offset; /* of its uint64_t in struct generate           */
    int kind;      /* of which it is a key; GENERATE_KINDS: of all */
    enum form form;
    uint64_t min, max, unit; /* a multiple of unit */
    const char *range;
} keys[] = {
    {"pages", offsetof(struct generate, pages), GENERATE_KINDS, DECIMAL, 1, GENERATE_PAGES_MAX, 1,
     "1 to 1048576"},
    {"refs", offsetof(struct generate, refs), GENERATE_KINDS, DECIMAL, 1, UINT64_MAX, 1,
     "1 or more"},
    {"stores", offsetof(struct generate, stores), GENERATE_KINDS, DECIMAL, 0, 100, 1,
     "0 to 100, percent"},
    {"seed", offsetof(struct generate, seed), GENERATE_KINDS, DECIMAL, 0, UINT64_MAX, 1,
     "a number"},
    {"base", offsetof(struct generate, base), GENERATE_KINDS, HEX, 0, UINT64_MAX, ATLAS_PAGE_SIZE,
     "an address in hex, a multiple of 0x1000"},
    {"stride", offsetof(struct generate, stride), GENERATE_STRIDED, DECIMAL, GENERATE_SIZE,
     UINT32_MAX, GENERATE_SIZE, "8 to 4294967288 bytes, a multiple of 8"},
    {"alpha", offsetof(struct generate, alpha), GENERATE_ZIPF, THOUSANDTHS, 0, ZIPF_ALPHA_MAX, 1,
     "0 to 4, with up to three decimals"},
    {"set", offsetof(struct generate, set), GENERATE_PHASES, DECIMAL, 1, GENERATE_PAGES_MAX, 1,
     "1 to as many as pages"},
    {"phase", offsetof(struct generate, phase), GENERATE_PHASES, DECIMAL, 1, UINT64_MAX, 1,
     "1 or more references"},
};

enum { KEYS = sizeof keys / sizeof keys[0] };

/* The rest of the text, from one word of it to the next. */
struct words {
    const char *at;
    char *error;
};

static bool fail(const struct words *w, const char *what, size_t len, const char *expected)
{
    snprintf(w->error, SCAN_ERROR, "'%.*s', expected %s", scan_shown(len), what, expected);
    return false;
}

/* ---- Values -------------------------------------------------------------------------------- */

/* Digits of text up to `end`. Returns false if it is no number. */
static bool read_number(uint64_t *value, const char *text, const char *end, unsigned base)
{
    uint64_t v = 0;

    if (text == end)
        return false;
    for (; text != end; text++) {
        unsigned digit = scan_digit[(unsigned char)*text];

        if (digit >= base || v > (UINT64_MAX - digit) / base)
            return false;
        v = v * base + digit;
    }
    *value = v;
    return true;
}

/* "0.85" is 850. */
static bool read_thousandths(uint64_t *value, const char *text, const char *end)
{
    const char *point = memchr(text, '.', (size_t)(end - text));
    uint64_t whole, part = 0;

    if (point == NULL)
        point = end;
    if (!read_number(&whole, text, point, 10) || whole > UINT32_MAX)
        return false;
    if (point != end) {
        if (end - point > 1 + ALPHA_DIGITS || !read_number(&part, point + 1, end, 10))
            return false;
        for (long digits = end - point - 1; digits < ALPHA_DIGITS; digits++)
            part *= 10;
    }
    *value = whole * 1000 + part;
    return true;
}

static bool read_value(uint64_t *value, enum form form, const char *text, const char *end)
{
    if (form == THOUSANDTHS)
        return read_thousandths(value, text, end);
    if (form == HEX && strncmp(text, "0x", 2) == 0)
        text += 2;
    return read_number(value, text, end, form == HEX ? 16 : 10);
}

/* ---- Words --------------------------------------------------------------------------------- */

static bool is_word(const char *word, size_t len, const char *name)
{
    return strlen(name) == len && memcmp(word, name, len) == 0;
}

static bool read_kind(struct generate *g, struct words *w)
{
    size_t len = strcspn(w->at, ",");

    for (unsigned i = 0; i < GENERATE_KINDS; i++) {
        if (is_word(w->at, len, names[i])) {
            g->kind = (enum generate_kind)i;
            w->at += len;
            return true;
        }
    }
    return fail(w, w->at, len, KIND_LIST);
}

static bool set_value(struct generate *g, const struct words *w, const struct key *key,
                      const char *text, size_t len)
{
    uint64_t value = 0;

    if (key->kind != GENERATE_KINDS && key->kind != (int)g->kind) {
        snprintf(w->error, SCAN_ERROR, "'%s' is a key of %s, expected none for %s", key->name,
                 names[key->kind], names[g->kind]);
        return false;
    }
    if (!read_value(&value, key->form, text, text + len) || value < key->min || value > key->max ||
        value % key->unit != 0) {
        snprintf(w->error, SCAN_ERROR, "%s='%.*s', expected %s", key->name, scan_shown(len), text,
                 key->range);
        return false;
    }
    memcpy((char *)g + key->offset, &value, sizeof value);
    return true;
}

/* ",KEY=VALUE" */
static bool read_key(struct generate *g, struct words *w)
{
    const char *word = ++w->at;
    size_t len = strcspn(word, ","), name = strcspn(word, "=,");

    w->at += len;
    for (unsigned i = 0; name < len && i < KEYS; i++)
        if (is_word(word, name, keys[i].name))
            return set_value(g, w, &keys[i], word + name + 1, len - name - 1);
    return fail(w, word, len,
                "KEY=VALUE with pages, refs, stores, seed, base, stride, alpha, set or phase");
}

/* What no value shows alone. */
static bool check(struct generate *g, const struct words *w)
{
    if (g->set == 0)
        g->set = (g->pages + SETS - 1) / SETS;
    if (g->set > g->pages)
        snprintf(w->error, SCAN_ERROR, "set=%" PRIu64 ", expected at most the %" PRIu64 " pages",
                 g->set, g->pages);
    else if (g->base > UINT64_MAX - g->pages * ATLAS_PAGE_SIZE)
        snprintf(w->error, SCAN_ERROR, "base=0x%" PRIx64 ", expected room for %" PRIu64 " pages",
                 g->base, g->pages);
    else
        return true;
    return false;
}

bool generate_parse(struct generate *g, const char *text, uint64_t seed, char error[SCAN_ERROR])
{
    struct words w = {text, error};

    *g = (struct generate){.pages = PAGES,
                           .refs = REFS,
                           .stores = STORES,
                           .seed = seed,
                           .base = BASE,
                           .stride = ATLAS_PAGE_SIZE,
                           .alpha = 1000,
                           .phase = PHASE};
    if (!read_kind(g, &w))
        return false;
    while (*w.at != '\0')
        if (!read_key(g, &w))
            return false;
    return check(g, &w);
}
