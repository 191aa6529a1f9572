/* mmutrace.c: see mmutrace.h. */
#include "mmutrace.h"
#include "input.h"
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arch/atlas_arch.h"

#define HEADER_START "# mmutrace 1"
#define END_START "# end"

/* What a field of a trace of this width may hold. */
struct limits {
    uint64_t word, pa, asid; /* largest values */
    unsigned pte_bytes;
    uint8_t levels;
};

static const struct limits limits_32 = {UINT32_MAX, ATLAS_ONES(34),
                                        ATLAS_ONES(ATLAS_SATP32_ASID_BITS), 4, 2};
static const struct limits limits_64 = {UINT64_MAX, ATLAS_ONES(56),
                                        ATLAS_ONES(ATLAS_SATP64_ASID_BITS), 8, 5};

static const struct limits *limits_of(unsigned xlen)
{
    return xlen == 32 ? &limits_32 : &limits_64;
}

/* Does the line begin with these words, followed by a space or its end? */
static bool starts_with(const char *line, size_t len, const char *words)
{
    size_t n = strlen(words);

    return len >= n && memcmp(line, words, n) == 0 && (len == n || line[n] == ' ');
}

/* ---- Header and end ---- */

/* One key=value word of the header. `seen` has a bit for each key that was met. */
static bool header_word(struct scan *s, struct mmutrace_header *h, unsigned *seen)
{
    static const char *const keys[] = {"xlen=", "window=", "svade=", "svnapot=", "svpbmt="};
    bool *const flags[] = {NULL, NULL, &h->svade, &h->svnapot, &h->svpbmt};
    const char *word;
    size_t len, k;

    if (!scan_word(s, &word, &len, "key=value"))
        return false;
    for (k = 0; k < sizeof keys / sizeof keys[0]; k++)
        if (len >= strlen(keys[k]) && memcmp(word, keys[k], strlen(keys[k])) == 0)
            break;
    if (k == sizeof keys / sizeof keys[0])
        return scan_error(s,
                          "'%.*s' in the header, expected xlen=, window=, svade=, svnapot= or "
                          "svpbmt=",
                          scan_shown(len), word);
    if (*seen >> k & 1)
        return scan_error(s, "%s twice in the header", keys[k]);
    *seen |= 1U << k;

    const char *value = word + strlen(keys[k]);
    size_t n = len - strlen(keys[k]);

    if (k == 0) {
        if (n != 2 || (memcmp(value, "32", 2) != 0 && memcmp(value, "64", 2) != 0))
            return scan_error(s, "xlen=%.*s, expected 32 or 64", scan_shown(n), value);
        h->xlen = value[0] == '3' ? 32 : 64;
    } else if (k == 1) {
        if (n == 0 || n > MMUTRACE_WINDOW)
            return scan_error(s, "window= has %zu bytes, expected 1 to %d", n, MMUTRACE_WINDOW);
        memcpy(h->window, value, n);
        h->window[n] = '\0';
    } else {
        if (n != 1 || (value[0] != '0' && value[0] != '1'))
            return scan_error(s, "%s%.*s, expected 0 or 1", keys[k], scan_shown(n), value);
        *flags[k] = value[0] == '1';
    }
    return true;
}

bool mmutrace_parse_header(struct mmutrace_header *h, const char *line, size_t len,
                           char error[SCAN_ERROR])
{
    struct scan s;
    unsigned seen = 0;

    scan_begin(&s, line, len, error);
    *h = (struct mmutrace_header){.xlen = 64};
    if (!starts_with(line, len, HEADER_START))
        return scan_error(&s, "no header, expected '" HEADER_START " xlen=64 window=NAME "
                              "svade=0|1 svnapot=0|1 svpbmt=0|1'");
    scan_pass(&s, line + strlen(HEADER_START));
    while (s.more)
        if (!header_word(&s, h, &seen))
            return false;
    if ((seen & 0x1e) != 0x1e)
        return scan_error(&s, "the header lacks %s",
                          !(seen & 2)   ? "window="
                          : !(seen & 4) ? "svade="
                          : !(seen & 8) ? "svnapot="
                                        : "svpbmt=");
    return true;
}

bool mmutrace_parse_end(uint64_t *records, const char *line, size_t len, char error[SCAN_ERROR])
{
    static const char start[] = END_START " records=";
    struct scan s;

    scan_begin(&s, line, len, error);
    if (len < strlen(start) || memcmp(line, start, strlen(start)) != 0)
        return scan_error(&s, "malformed last line, expected '%sN'", start);
    s.p += strlen(start);
    if (!scan_dec(&s, records, "records=", UINT64_MAX))
        return false;
    while (s.more) {
        const char *word;
        size_t n;

        if (!scan_word(&s, &word, &n, "key=value"))
            return false;
        if (word[0] == '=' || memchr(word, '=', n) == NULL)
            return scan_error(&s, "'%.*s' in the last line, expected key=value", scan_shown(n),
                              word);
    }
    return true;
}

/* ---- Events ---- */

static bool parse_satp(struct scan *s, struct mmutrace_event *e, const struct limits *lim)
{
    unsigned mode;

    e->kind = MMUTRACE_SATP;
    if (!scan_hex(s, &e->satp, "satp", lim->word))
        return false;
    if (lim == &limits_32)
        return true;
    mode = (unsigned)ATLAS_GET(e->satp, SATP64_MODE);
    return mode == ATLAS_MODE_BARE || (mode >= ATLAS_MODE_SV39 && mode <= ATLAS_MODE_SV57) ||
           scan_error(s, "satp has mode %x, expected 0, 8, 9 or a", mode);
}

/* A fence operand: a number, or '-' for the x0 register. */
static bool parse_operand(struct scan *s, bool *has, uint64_t *value, const char *name,
                          uint64_t max)
{
    if (s->more && s->p[0] == '-' && (s->p + 1 == s->end || s->p[1] == ' ')) {
        *has = false;
        *value = 0;
        return scan_pass(s, s->p + 1);
    }
    *has = true;
    return scan_hex(s, value, name, max);
}

static bool parse_fence(struct scan *s, struct mmutrace_event *e, const struct limits *lim)
{
    uint64_t asid;

    e->kind = MMUTRACE_FENCE;
    if (!parse_operand(s, &e->has_va, &e->va, "va", lim->word) ||
        !parse_operand(s, &e->has_asid, &asid, "asid", lim->asid))
        return false;
    e->asid = (uint16_t)asid;
    return true;
}

static bool parse_mem(struct scan *s, struct mmutrace_event *e, const struct limits *lim,
                      enum mmutrace_kind kind)
{
    e->kind = kind;
    if (!scan_hex(s, &e->addr, "addr", lim->pa) || !scan_hex(s, &e->val, "val", lim->word))
        return false;
    return e->addr % lim->pte_bytes == 0 ||
           scan_error(s, "field addr is %" PRIx64 ", expected a multiple of %u", e->addr,
                      lim->pte_bytes);
}

static bool small_dec(struct scan *s, uint8_t *to, const char *name, uint64_t max)
{
    uint64_t value;

    if (!scan_dec(s, &value, name, max))
        return false;
    *to = (uint8_t)value;
    return true;
}

/* ctx and va, which all records share. */
static bool parse_who(struct scan *s, struct mmutrace_event *e, char key, const struct limits *lim)
{
    uint64_t ctx;

    e->key = key;
    e->acc = key == 'F'   ? ATLAS_ACC_FETCH
             : key == 'R' ? ATLAS_ACC_LOAD
             : key == 'A' ? ATLAS_ACC_AMO
                          : ATLAS_ACC_STORE;
    if (!scan_hex(s, &ctx, "ctx", 7))
        return false;
    e->ctx = (uint8_t)ctx;
    return scan_hex(s, &e->va, "va", lim->word);
}

static bool parse_access(struct scan *s, struct mmutrace_event *e, char key,
                         const struct limits *lim)
{
    e->kind = MMUTRACE_ACCESS;
    return parse_who(s, e, key, lim) && scan_hex(s, &e->pa, "pa", lim->pa) &&
           small_dec(s, &e->level, "level", lim->levels - 1U) &&
           small_dec(s, &e->npte, "npte", lim->levels) && scan_dec(s, &e->n, "n", UINT64_MAX);
}

/* The letter of a record inside P and ? lines. */
static bool parse_key(struct scan *s, char *key, const char *keys)
{
    const char *word;
    size_t len;

    if (!scan_word(s, &word, &len, "K"))
        return false;
    *key = word[0];
    return (len == 1 && strchr(keys, word[0]) != NULL) ||
           scan_error(s, "field K is '%.*s', expected one of %s", scan_shown(len), word, keys);
}

static bool parse_fault(struct scan *s, struct mmutrace_event *e, const struct limits *lim)
{
    char key;

    e->kind = MMUTRACE_FAULT;
    if (!parse_key(s, &key, "FRW") || !parse_who(s, e, key, lim) ||
        !small_dec(s, &e->cause, "cause", 15))
        return false;
    if (e->cause != ATLAS_CAUSE_FETCH_PAGE && e->cause != ATLAS_CAUSE_LOAD_PAGE &&
        e->cause != ATLAS_CAUSE_STORE_PAGE)
        return scan_error(s, "field cause is %u, expected 12, 13 or 15", e->cause);
    return small_dec(s, &e->npte, "npte", lim->levels) && scan_dec(s, &e->n, "n", UINT64_MAX);
}

static bool parse_stale(struct scan *s, struct mmutrace_event *e, const struct limits *lim)
{
    char key;

    e->kind = MMUTRACE_STALE;
    return parse_key(s, &key, "FRWAC") && parse_who(s, e, key, lim) &&
           scan_hex(s, &e->pa, "pa", lim->pa) && scan_dec(s, &e->n, "n", UINT64_MAX);
}

/* The fields after the letter. */
static bool parse_rest(struct scan *s, struct mmutrace_event *e, char letter,
                       const struct limits *lim)
{
    switch (letter) {
    case 'F':
    case 'R':
    case 'W':
    case 'A':
    case 'C': return parse_access(s, e, letter, lim);
    case 'P': return parse_fault(s, e, lim);
    case '?': return parse_stale(s, e, lim);
    case 'T': return parse_satp(s, e, lim);
    case 'V': return parse_fence(s, e, lim);
    case 'M': return parse_mem(s, e, lim, MMUTRACE_MEM);
    case 'U': return parse_mem(s, e, lim, MMUTRACE_UPDATE);
    default: return scan_error(s, "no such event, expected a line of T V M U F R W A C P ? or #");
    }
}

bool mmutrace_parse_event(struct mmutrace_event *e, unsigned xlen, const char *line, size_t len,
                          char error[SCAN_ERROR])
{
    struct scan s;

    scan_begin(&s, line, len, error);
    if (len == 0 || (len > 1 && line[1] != ' '))
        return scan_error(&s, "%s, expected a letter of T V M U F R W A C P ? or #",
                          len == 0 ? "empty line" : "no event");
    scan_pass(&s, line + 1);
    return parse_rest(&s, e, line[0], limits_of(xlen)) && scan_end(&s);
}

/* ---- The file ---- */

struct mmutrace {
    struct input *in;
    struct mmutrace_header header;
    uint64_t records;
};

struct mmutrace *mmutrace_open(const char *path)
{
    struct mmutrace *t = calloc(1, sizeof *t);
    const char *line;
    size_t len;
    char error[SCAN_ERROR];

    if (t == NULL) {
        report_problem(path, 0, "out of memory");
        return NULL;
    }
    t->in = input_open(path);
    if (t->in != NULL) {
        enum input_status status = input_line(t->in, &line, &len);

        if (status == INPUT_LINE && mmutrace_parse_header(&t->header, line, len, error))
            return t;
        if (status == INPUT_LINE)
            input_problem(t->in, "%s", error);
        if (status == INPUT_END)
            report_problem(path, 1, "the file is empty, expected '" HEADER_START " ...'");
    }
    mmutrace_close(t);
    return NULL;
}

void mmutrace_close(struct mmutrace *t)
{
    if (t == NULL)
        return;
    input_close(t->in);
    free(t);
}

const struct mmutrace_header *mmutrace_header(const struct mmutrace *t)
{
    return &t->header;
}

uint64_t mmutrace_line(const struct mmutrace *t)
{
    return input_line_number(t->in);
}

uint64_t mmutrace_records(const struct mmutrace *t)
{
    return t->records;
}

/* The last line was met: does it agree, and is it the last? */
static enum mmutrace_status finish(struct mmutrace *t, const char *line, size_t len)
{
    char error[SCAN_ERROR];
    uint64_t records;
    enum input_status status;

    if (!mmutrace_parse_end(&records, line, len, error)) {
        input_problem(t->in, "%s", error);
        return MMUTRACE_BAD;
    }
    if (records != t->records) {
        input_problem(t->in, "records=%" PRIu64 ", but there are %" PRIu64, records, t->records);
        return MMUTRACE_BAD;
    }
    status = input_line(t->in, &line, &len);
    if (status == INPUT_LINE)
        input_problem(t->in, "a line after '" END_START "', expected the end of the file");
    return status == INPUT_END ? MMUTRACE_END : MMUTRACE_BAD;
}

enum mmutrace_status mmutrace_next(struct mmutrace *t, struct mmutrace_event *e)
{
    const char *line;
    size_t len;
    char error[SCAN_ERROR];

    for (;;) {
        enum input_status status = input_line(t->in, &line, &len);

        if (status == INPUT_END)
            report_problem(input_name(t->in), mmutrace_line(t) + 1,
                           "the file ends, expected a last line '" END_START " records=N'");
        if (status != INPUT_LINE)
            return MMUTRACE_BAD;
        if (line[0] != '#')
            break;
        if (starts_with(line, len, END_START))
            return finish(t, line, len);
    }
    if (!mmutrace_parse_event(e, t->header.xlen, line, len, error)) {
        input_problem(t->in, "%s", error);
        return MMUTRACE_BAD;
    }
    t->records += e->kind >= MMUTRACE_ACCESS;
    return MMUTRACE_EVENT;
}
