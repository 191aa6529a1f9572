/* cmd_vectors.c: atlas vectors: golden single-translation vectors on a target and the oracle. */
#include "commands.h"
#include "input.h"
#include "preset.h"
#include "report.h"
#include "vec_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_ONLY = 0x200, KEY_WAVE, TARGETS = 2, MODES = 11 };

struct tally {
    uint64_t passed, failed, skipped;
};

struct vectors {
    struct options options;
    uint64_t only;    /* run just this case of the one file; 0: all */
    const char *wave; /* a waveform here, or NULL */
    char **files;     /* [array, file_count] */
    int file_count;
    struct target target[TARGETS]; /* for 32 and for 64 bits, opened when first needed */
    struct tally total, mode[MODES];
    bool reported; /* the first mismatch was */
    double began;
};

/* ---- Command line -------------------------------------------------------------------------- */

static const struct argp_option option_table[] = {
    {"only", KEY_ONLY, "N", 0, "Run only case N of FILE (from 1)", 0},
    {"wave", KEY_WAVE, "FILE", 0, "Write a waveform (FST); with --only, of that case", 0},
    {0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct vectors *r = state->input;

    switch (key) {
    case KEY_ONLY: r->only = options_number(state, "only", arg, 1, UINT64_MAX); return 0;
    case KEY_WAVE: r->wave = arg; return 0;
    case ARGP_KEY_INIT: state->child_inputs[0] = &r->options; return 0;
    case ARGP_KEY_ARGS:
        r->files = &state->argv[state->next];
        r->file_count = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "no FILE, expected one or more"); return 0;
    case ARGP_KEY_END:
        if (r->only != 0 && r->file_count != 1)
            argp_error(state, "--only with %d FILEs, expected one", r->file_count);
        if (r->wave != NULL && (r->file_count != 1 || !options_has_rtl(&r->options)))
            argp_error(state, "--wave goes with one FILE and a --target with RTL");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "FILE...",
    .doc = "Run golden single-translation vectors (.vec): each is one access of a cold MMU, with "
           "its answer, every PTE read in order, and the A/D update. They are tried on the target "
           "and on the cold-walk oracle.\v"
           "FILE may be - (standard input) and may be packed (.gz, .xz, .zst). With --preset, "
           "vectors that this MMU cannot be given are skipped and counted.",
    .children = children};

/* ---- One vector ---------------------------------------------------------------------------- */

/* The target for a vector, opened; NULL after reporting why not. */
static struct target *target_for(struct vectors *r, const struct vec *v)
{
    bool narrow = r->options.preset == NULL && vec_is_32(v);
    struct target *t = &r->target[narrow];

    if (t->backend != NULL)
        return t;
    if (!target_open(t, &r->options, narrow ? "rv32" : "full"))
        return NULL;
    if (r->wave != NULL && r->target[!narrow].backend != NULL) {
        report_problem(r->wave, 0, "one waveform for two presets, expected --preset or --only");
        return NULL;
    }
    if (r->wave != NULL && !t->ops->wave(t->backend, r->wave))
        return NULL;
    return t;
}

static void report_mismatch(struct vectors *r, const struct input *in, uint64_t number,
                            const struct vec *v, const struct target *t, const struct diff *d)
{
    char request[200], typed[400], wave[60] = "";

    if (options_has_rtl(&r->options))
        snprintf(wave, sizeof wave, " --wave vector-%" PRIu64 ".fst", number);
    input_problem(in, "case %" PRIu64 " (%s): mismatch on %s, preset %s", number, v->scenario,
                  t->ops->name, t->preset);
    report_text("  %s\n%s  replay: atlas vectors%s --only %" PRIu64 "%s",
                vec_describe(v, request, sizeof request), d->text,
                options_typed(&r->options, typed, sizeof typed), number, wave);
    report_word(stderr, input_name(in));
    report_text("\n");
}

/* Returns false after reporting that the target cannot be had. */
static bool run_vector(struct vectors *r, const struct input *in, uint64_t number, struct vec *v)
{
    struct target *t = target_for(r, v);
    struct diff d;

    if (t == NULL)
        return false;
    if (r->options.preset != NULL && !vec_fits(v, &t->params)) {
        r->total.skipped++;
        r->mode[v->mode].skipped++;
        return true;
    }
    vec_narrow(v, &t->params);
    diff_begin(&d);
    vec_try_oracle(v, &t->params, &d);
    vec_try_target(v, t, &d);
    if (d.count == 0) {
        r->total.passed++;
        r->mode[v->mode].passed++;
        return true;
    }
    r->total.failed++;
    r->mode[v->mode].failed++;
    if (!r->reported)
        report_mismatch(r, in, number, v, t, &d);
    r->reported = true;
    if (r->wave == NULL)
        target_close(t); /* the next one begins with a fresh MMU, whatever became of this one */
    return true;
}

/* ---- Files --------------------------------------------------------------------------------- */

static void show_progress(const struct vectors *r)
{
    double seconds = report_seconds() - r->began;
    uint64_t done = r->total.passed + r->total.failed + r->total.skipped;

    report_progress("vectors: %" PRIu64 " done, %.0f/s, %" PRIu64 " failed", done,
                    (double)done / (seconds > 0 ? seconds : 1), r->total.failed);
}

static bool is_comment(struct input *in, const char *line)
{
    if (line[0] == '#')
        return true;
    input_problem(in, "no comment, expected line 1 to begin with #");
    return false;
}

/* One case. Returns false after reporting a problem. */
static bool run_line(struct vectors *r, struct input *in, const char *line, size_t len)
{
    uint64_t number = input_line_number(in) - 1;
    char error[SCAN_ERROR];
    struct vec v;

    if (!vec_parse(&v, line, len, error)) {
        input_problem(in, "%s", error);
        return false;
    }
    if ((r->only == 0 || r->only == number) && !run_vector(r, in, number, &v))
        return false;
    if (number % 256 == 0 && report_progress_due())
        show_progress(r);
    return true;
}

/* The file is at its end: was everything in it that must be? */
static bool is_complete(const struct vectors *r, const struct input *in)
{
    uint64_t lines = input_line_number(in);

    if (lines == 0)
        report_problem(input_name(in), 1, "the file is empty, expected a comment line with #");
    else if (r->only >= lines)
        input_problem(in, "no case %" PRIu64 ", there are %" PRIu64, r->only, lines - 1);
    else
        return true;
    return false;
}

static bool run_lines(struct vectors *r, struct input *in)
{
    enum input_status status;
    const char *line;
    size_t len;

    while ((status = input_line(in, &line, &len)) == INPUT_LINE)
        if (input_line_number(in) == 1 ? !is_comment(in, line) : !run_line(r, in, line, len))
            return false;
    return status == INPUT_END && is_complete(r, in);
}

static bool run_file(struct vectors *r, const char *path)
{
    struct input *in = input_open(path);
    bool good = in != NULL && run_lines(r, in);

    input_close(in);
    return good;
}

static void print_table(const struct vectors *r)
{
    static const char *const names[MODES] = {
        [0] = "bare", [1] = "Sv32", [8] = "Sv39", [9] = "Sv48", [10] = "Sv57"};

    printf("target %s, preset %s, seed %" PRIu64 "\n%-6s %10s %10s %10s\n", r->options.target,
           r->options.preset != NULL ? r->options.preset : "rv32 for Sv32, else full",
           r->options.seed, "mode", "passed", "failed", "skipped");
    for (unsigned m = 0; m < MODES; m++)
        if (names[m] != NULL)
            printf("%-6s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n", names[m], r->mode[m].passed,
                   r->mode[m].failed, r->mode[m].skipped);
    printf("%.2f s\n", report_seconds() - r->began);
}

static void print_last_line(const struct vectors *r)
{
    printf("vectors: %" PRIu64 " passed, %" PRIu64 " failed", r->total.passed, r->total.failed);
    if (r->options.preset != NULL)
        printf(", %" PRIu64 " skipped", r->total.skipped);
    putchar('\n');
}

int cmd_vectors(int argc, char **argv)
{
    struct vectors r = {.options = OPTIONS_DEFAULT, .began = report_seconds()};
    bool good = true;

    argp_parse(&argp, argc, argv, 0, NULL, &r);
    for (int i = 0; i < r.file_count && good; i++)
        good = run_file(&r, r.files[i]);
    for (unsigned i = 0; i < TARGETS; i++)
        target_close(&r.target[i]);
    report_progress_end();
    if (!good)
        return EXIT_BAD_INPUT;
    if (!r.options.quiet)
        print_table(&r);
    print_last_line(&r);
    return r.total.failed == 0 ? EXIT_PASS : EXIT_MISMATCH;
}
