/* cmd_walk.c: atlas walk: one translation shown step by step, by the cold-walk oracle. */
#include "commands.h"
#include "input.h"
#include "mem/sparse.h"
#include "report.h"
#include "vec_run.h"
#include "walk_show.h"

#include <inttypes.h>
#include <string.h>

enum {
    KEY_MODE = 0x300,
    KEY_ROOT,
    KEY_VA,
    KEY_ACC,
    KEY_PRIV,
    KEY_SUM,
    KEY_MXR,
    KEY_ADUE,
    KEY_PBMTE,
    KEY_NAPOTE,
    KEY_PA_BITS,
    KEY_MEM,
    KEY_ONLY
};

struct walk_command {
    struct cold_query query;
    bool any;              /* an option about the translation was given */
    struct sparse *memory; /* words of --mem                            */
    char *mem[256];        /* arguments of --mem [array, mem_count]     */
    unsigned mem_count;
    unsigned pa_bits; /* 0: not given                              */
    uint64_t only;
    const char *file;
};

/* ---- Command line -------------------------------------------------------------------------- */

static const struct argp_option option_table[] = {
    {0, 0, 0, 0, "A translation:", 1},
    {"mode", KEY_MODE, "MODE", 0, "bare, sv32, sv39 (the default), sv48 or sv57", 1},
    {"root", KEY_ROOT, "PPN", 0, "satp.PPN: the root table's address / 4096", 1},
    {"va", KEY_VA, "ADDR", 0, "The virtual address", 1},
    {"acc", KEY_ACC, "ACCESS", 0, "fetch, load (the default), store or amo", 1},
    {"priv", KEY_PRIV, "P", 0, "Effective privilege: u, s (the default) or m", 1},
    {"sum", KEY_SUM, NULL, 0, "sstatus.SUM = 1", 1},
    {"mxr", KEY_MXR, NULL, 0, "sstatus.MXR = 1", 1},
    {"adue", KEY_ADUE, NULL, 0, "A and D are set by the walk (Svadu)", 1},
    {"pbmte", KEY_PBMTE, NULL, 0, "Svpbmt is enabled", 1},
    {"napote", KEY_NAPOTE, NULL, 0, "Svnapot is implemented", 1},
    {"pa-bits", KEY_PA_BITS, "N", 0, "Physical width (default 34 for sv32, else 56)", 1},
    {"mem", KEY_MEM, "ADDR=VALUE", 0, "A PTE in memory; as often as needed, others are bus errors",
     1},
    {0, 0, 0, 0, "Or a golden vector:", 2},
    {"only", KEY_ONLY, "N", 0, "Case N of FILE (from 1; the default is 1)", 2},
    {0}};

/* A hex number, with or without 0x, up to max, or an argp error. */
static uint64_t hex_option(const struct argp_state *state, const char *name, const char *text,
                           size_t len, uint64_t max)
{
    char error[SCAN_ERROR], digits[32] = "";
    struct scan s;
    uint64_t value = 0;
    size_t skip = len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 2 : 0;

    snprintf(digits, sizeof digits, "%.*s", (int)(len < 31 ? len - skip : 31), text + skip);
    scan_begin(&s, digits, strlen(digits), error);
    if (!scan_hex(&s, &value, name, max) || !scan_end(&s))
        argp_error(state, "--%s: '%s', expected a hex number up to %" PRIx64, name, text, max);
    return value;
}

/* The number of the word among those given, or an argp error. */
static uint8_t choice(const struct argp_state *state, const char *name, const char *text,
                      const char *const words[], const uint8_t values[])
{
    for (unsigned i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0)
            return values[i];
    argp_error(state, "--%s: '%s' is none of those that --help lists", name, text);
    return 0;
}

static uint8_t mode_option(const struct argp_state *state, const char *text)
{
    static const char *const words[] = {"bare", "sv32", "sv39", "sv48", "sv57", NULL};
    static const uint8_t values[] = {ATLAS_MODE_BARE, ATLAS_MODE_SV32, ATLAS_MODE_SV39,
                                     ATLAS_MODE_SV48, ATLAS_MODE_SV57};

    return choice(state, "mode", text, words, values);
}

static uint8_t acc_option(const struct argp_state *state, const char *text)
{
    static const char *const words[] = {"fetch", "load", "store", "amo", NULL};
    static const uint8_t values[] = {ATLAS_ACC_FETCH, ATLAS_ACC_LOAD, ATLAS_ACC_STORE,
                                     ATLAS_ACC_AMO};

    return choice(state, "acc", text, words, values);
}

static uint8_t priv_option(const struct argp_state *state, const char *text)
{
    static const char *const words[] = {"u", "s", "m", NULL};
    static const uint8_t values[] = {ATLAS_PRIV_U, ATLAS_PRIV_S, ATLAS_PRIV_M};

    return choice(state, "priv", text, words, values);
}

static void mem_option(struct walk_command *w, const struct argp_state *state, char *text)
{
    if (strchr(text, '=') == NULL)
        argp_error(state, "--mem: '%s', expected ADDR=VALUE in hex", text);
    else if (w->mem_count == sizeof w->mem / sizeof w->mem[0])
        argp_error(state, "--mem: more than %u, expected fewer", w->mem_count);
    else
        w->mem[w->mem_count++] = text;
}

/* All options are known: the width of numbers, and the words of memory. */
static void finish_options(struct walk_command *w, const struct argp_state *state)
{
    struct cold_query *q = &w->query;
    bool sv32 = q->mode == ATLAS_MODE_SV32;
    unsigned bytes = sv32 ? 4 : 8, widest = sv32 ? 34 : 56;

    q->xlen = sv32 ? 32 : 64;
    q->levels = sv32 ? 2 : 5;
    if (w->pa_bits > widest)
        argp_error(state, "--pa-bits: %u, expected at most %u", w->pa_bits, widest);
    q->pa_bits = (uint8_t)(w->pa_bits != 0 ? w->pa_bits : widest);
    if (sv32 && q->va > UINT32_MAX)
        argp_error(state, "--va: %" PRIx64 ", expected at most 32 bits with sv32", q->va);
    if (q->root_ppn > ATLAS_ONES(sv32 ? ATLAS_SATP32_PPN_BITS : ATLAS_SATP64_PPN_BITS))
        argp_error(state, "--root: %" PRIx64 " is wider than satp.PPN", q->root_ppn);
    for (unsigned i = 0; i < w->mem_count; i++) {
        const char *equals = strchr(w->mem[i], '=');
        uint64_t addr =
            hex_option(state, "mem", w->mem[i], (size_t)(equals - w->mem[i]), ATLAS_ONES(widest));
        uint64_t value = hex_option(state, "mem", equals + 1, strlen(equals + 1),
                                    sv32 ? UINT32_MAX : UINT64_MAX);

        if (addr % bytes != 0)
            argp_error(state, "--mem: '%s', expected an address that is a multiple of %u",
                       w->mem[i], bytes);
        if (!sparse_write(w->memory, addr, value, bytes))
            report_out_of_memory();
    }
}

static error_t parse_translation(int key, char *arg, struct walk_command *w,
                                 const struct argp_state *state)
{
    struct cold_query *q = &w->query;

    switch (key) {
    case KEY_MODE: q->mode = mode_option(state, arg); break;
    case KEY_ROOT: q->root_ppn = hex_option(state, "root", arg, strlen(arg), UINT64_MAX); break;
    case KEY_VA: q->va = hex_option(state, "va", arg, strlen(arg), UINT64_MAX); break;
    case KEY_ACC: q->acc = acc_option(state, arg); break;
    case KEY_PRIV: q->priv = priv_option(state, arg); break;
    case KEY_SUM: q->sum = true; break;
    case KEY_MXR: q->mxr = true; break;
    case KEY_ADUE: q->adue = true; break;
    case KEY_PBMTE: q->pbmte = true; break;
    case KEY_NAPOTE: q->napote = true; break;
    case KEY_PA_BITS: w->pa_bits = (unsigned)options_number(state, "pa-bits", arg, 14, 56); break;
    case KEY_MEM: mem_option(w, state, arg); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    w->any = true;
    return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct walk_command *w = state->input;

    switch (key) {
    case KEY_ONLY: w->only = options_number(state, "only", arg, 1, UINT64_MAX); return 0;
    case ARGP_KEY_ARG:
        if (w->file != NULL)
            argp_error(state, "a second FILE '%s', expected one", arg);
        w->file = arg;
        return 0;
    case ARGP_KEY_END:
        if (w->file == NULL ? w->only != 0 : w->any)
            argp_error(state, "expected either a translation's options, or FILE with --only N");
        if (w->file == NULL && !w->any)
            argp_error(state, "no translation, expected --va and --root, or FILE");
        finish_options(w, state);
        return 0;
    default: return parse_translation(key, arg, w, state);
    }
}

static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "--root PPN --va ADDR [--mem ADDR=VALUE...]\nFILE [--only N]",
    .doc = "Show one translation level by level: index, PTE, what the walk makes of it, and the "
           "rule that decides. A fault is an answer: status 0.\v"
           "Numbers are hex but --pa-bits and --only. With FILE (.vec) status 1 says that the "
           "answer differs from the vector's."};

/* ---- The walk ------------------------------------------------------------------------------ */

static enum cold_answer read_word(void *ctx, uint64_t addr, uint64_t *pte)
{
    const struct walk_command *w = ctx;

    return sparse_read(w->memory, pte, addr, w->query.xlen / 8) ? COLD_OK : COLD_ERROR;
}

static enum cold_answer write_word(void *ctx, uint64_t addr, uint64_t old, uint64_t pte)
{
    (void)ctx, (void)addr, (void)old, (void)pte; /* shown, not done */
    return COLD_OK;
}

static void walk_options(struct walk_command *w)
{
    const struct cold_memory memory = {w, read_word, write_word};
    struct cold_result r;

    cold_walk(&w->query, &memory, &r);
    walk_show(stdout, &w->query, &r);
}

static int walk_vector(const struct vec *v)
{
    const struct atlas_params widest = {.xlen = vec_is_32(v) ? 32 : 64,
                                        .levels = vec_is_32(v) ? 2 : 5,
                                        .pa_bits = vec_is_32(v) ? 34 : 56};
    struct cold_query query;
    struct cold_result r;
    struct diff d;

    vec_ask_oracle(v, &widest, &query, &r);
    walk_show(stdout, &query, &r);
    diff_begin(&d);
    vec_try_oracle(v, &widest, &d);
    printf("scenario %s: %s\n%s", v->scenario,
           d.count == 0 ? "as the vector says" : "differs from the vector", d.text);
    return d.count == 0 ? EXIT_PASS : EXIT_MISMATCH;
}

/* Find the vector. Returns false after reporting why not. */
static bool read_vector(const struct walk_command *w, struct vec *v)
{
    uint64_t number = w->only != 0 ? w->only : 1;
    struct input *in = input_open(w->file);
    enum input_status status = INPUT_BAD;
    char error[SCAN_ERROR];
    const char *line;
    size_t len;
    bool good = false;

    while (in != NULL && (status = input_line(in, &line, &len)) == INPUT_LINE)
        if (input_line_number(in) == number + 1)
            break;
    if (status == INPUT_LINE && !(good = vec_parse(v, line, len, error)))
        input_problem(in, "%s", error);
    if (status == INPUT_END)
        report_problem(w->file, 0, "no case %" PRIu64 ", the file has %" PRIu64 " lines", number,
                       input_line_number(in));
    input_close(in);
    return good;
}

int cmd_walk(int argc, char **argv)
{
    struct walk_command w = {
        .query = {.mode = ATLAS_MODE_SV39, .acc = ATLAS_ACC_LOAD, .priv = ATLAS_PRIV_S},
        .memory = report_need(sparse_open())};
    int status = EXIT_PASS;
    struct vec v;

    argp_parse(&argp, argc, argv, 0, NULL, &w);
    if (w.file == NULL)
        walk_options(&w);
    else
        status = read_vector(&w, &v) ? walk_vector(&v) : EXIT_BAD_INPUT;
    sparse_close(w.memory);
    return status;
}
