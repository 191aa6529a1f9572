/* cmd_run.c: atlas run: a real program's accesses, live or from a recorded trace. */
#define _POSIX_C_SOURCE 200809L /* strsignal, open_memstream, raise */

#include "commands.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "child.h"
#include "input.h"
#include "preset.h"
#include "procmaps.h"
#include "report.h"
#include "run.h"
#include "run_report.h"

enum { KEY_TRACE = 0x200, KEY_FRAMES, KEY_MODE, KEY_SVADE, KEY_LIMIT, KEY_WAVE, PROGRESS = 4096 };

struct run_args {
    struct options options;
    struct machine_config machine; /* mode 0: by the preset */
    const char *trace;             /* NULL: a program       */
    char **program;                /* with its arguments [array, NULL at the end] */
    uint64_t limit;                /* references; 0: all    */
    const char *wave;
};

/* How it ended. */
enum ending {
    ENDED_WELL,
    ENDED_SHORT,    /* the program was killed, or Atlas was told to stop: what came was compared */
    ENDED_BAD_INPUT /* nothing of it counts */
};

/* A run under way. */
struct running {
    const struct run_args *args;
    struct target target;
    struct run run;
    struct child child; /* pid 0: none */
    double began;
};

/* ---- Command line -------------------------------------------------------------------------- */

static const struct argp_option option_table[] = {
    {"trace", KEY_TRACE, "FILE", 0,
     "Take the references from a recorded lackey trace (- or packed: fine) instead of a PROGRAM",
     0},
    {"mode", KEY_MODE, "MODE", 0, "sv32, sv39, sv48 or sv57 (default: sv48, else what fits)", 0},
    {"frames", KEY_FRAMES, "N", 0, "Frames of RAM, 4 KiB each (default 262144)", 0},
    {"svade", KEY_SVADE, NULL, 0, "A and D are set by page fault, not by the hardware", 0},
    {"limit", KEY_LIMIT, "N", 0, "Stop after N references", 0},
    {"wave", KEY_WAVE, "FILE", 0,
     "Write a waveform (FST): with --limit N of reference N, else of the whole run", 0},
    {0}};

static const struct {
    const char *name;
    unsigned mode;
} modes[] = {{"sv32", ATLAS_MODE_SV32},
             {"sv39", ATLAS_MODE_SV39},
             {"sv48", ATLAS_MODE_SV48},
             {"sv57", ATLAS_MODE_SV57}};

enum { MODES = sizeof modes / sizeof modes[0] };

static unsigned parse_mode(const struct argp_state *state, const char *text)
{
    for (unsigned i = 0; i < MODES; i++)
        if (strcmp(modes[i].name, text) == 0)
            return modes[i].mode;
    argp_error(state, "--mode: '%s', expected sv32, sv39, sv48 or sv57", text);
    return 0;
}

static void check_args(struct argp_state *state, const struct run_args *a)
{
    if (a->trace == NULL && a->program == NULL)
        argp_error(state, "expected a PROGRAM, or --trace FILE");
    if (a->trace != NULL && a->program != NULL)
        argp_error(state, "expected a PROGRAM or --trace FILE, not both");
    if (a->wave != NULL && !options_has_rtl(&a->options))
        argp_error(state, "--wave needs a --target with RTL");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct run_args *a = state->input;

    switch (key) {
    case KEY_TRACE:
        a->trace = arg;
        return 0;
    case KEY_MODE:
        a->machine.mode = parse_mode(state, arg);
        return 0;
    case KEY_FRAMES:
        a->machine.frames = options_number(state, "frames", arg, 1, UINT32_MAX);
        return 0;
    case KEY_SVADE:
        a->machine.svade = true;
        return 0;
    case KEY_LIMIT:
        a->limit = options_number(state, "limit", arg, 1, UINT64_MAX);
        return 0;
    case KEY_WAVE:
        a->wave = arg;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->options;
        return 0;
    case ARGP_KEY_ARG:
        a->program = &state->argv[state->next - 1];
        state->next = state->argc; /* the rest is the program's */
        return 0;
    case ARGP_KEY_SUCCESS:
        check_args(state, a);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "[--] PROGRAM [ARG...]\n--trace FILE",
    .doc = "Run a real program under valgrind's lackey, and drive every instruction fetch, load "
           "and store of it through process, OS model and MMU while it runs. Every store writes "
           "bytes that are checked at every load and fetch.\v"
           "The program keeps its standard input, output and error; the report goes to standard "
           "error. Its own exit status is reported and is no error; if a signal ends it, the "
           "status is 2. A reference is one line of lackey; a modify is a load and then a store; "
           "an access that crosses a page is two translations. Processes that the program forks "
           "are not followed, and end with it.",
    .children = children};

/* The deepest mode up to Sv48 that the MMU has. */
static unsigned default_mode(const struct atlas_params *params)
{
    static const unsigned wanted[] = {ATLAS_MODE_SV48, ATLAS_MODE_SV39, ATLAS_MODE_SV32};
    unsigned i = 0;

    while (!preset_has_mode(params, wanted[i]))
        i++;
    return wanted[i];
}

/* ---- The command that replays a reference -------------------------------------------------- */

/* One word as a shell reads it. */
static void put_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=:,./@%";

    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        fprintf(out, " %s", word);
        return;
    }
    fputs(" '", out);
    for (; *word != '\0'; word++)
        *word == '\'' ? fputs("'\\''", out) : fputc(*word, out);
    fputc('\'', out);
}

static char *replay_before(const struct run_args *a)
{
    char typed[400], *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL)
        report_out_of_memory();
    fprintf(out, "atlas run%s", options_typed(&a->options, typed, sizeof typed));
    for (unsigned i = 0; i < MODES; i++)
        if (a->machine.mode == modes[i].mode)
            fprintf(out, " --mode %s", modes[i].name);
    if (a->machine.frames != 0)
        fprintf(out, " --frames %" PRIu64, a->machine.frames);
    fprintf(out, "%s%s --limit", a->machine.svade ? " --svade" : "",
            options_has_rtl(&a->options) ? " --wave run.fst" : "");
    fclose(out);
    return text;
}

static char *replay_after(const struct run_args *a)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL)
        report_out_of_memory();
    fputs(a->trace != NULL ? " --trace" : " --", out);
    if (a->trace != NULL)
        put_word(out, a->trace);
    for (char **word = a->program; word != NULL && *word != NULL; word++)
        put_word(out, *word);
    fclose(out);
    return text;
}

/* ---- References, line by line -------------------------------------------------------------- */

/* Where a line of this input stands, for messages. */
static const char *place(const struct running *r, const struct input *in)
{
    return r->child.pid > 0 ? "lackey" : input_name(in);
}

static bool begin_wave(struct running *r)
{
    return r->target.ops->wave(r->target.backend, r->args->wave);
}

static enum run_status run_line(struct running *r, const struct input *in, const char *line,
                                size_t len)
{
    const struct run_args *a = r->args;
    uint64_t number = r->run.counts.total + 1;
    char error[SCAN_ERROR];
    struct lackey_ref ref;

    switch (lackey_parse(&ref, line, len, error)) {
    case LACKEY_NOTE:
        return RUN_OK;
    case LACKEY_BAD:
        report_problem(place(r, in), input_line_number(in), "%s", error);
        return RUN_STOP;
    case LACKEY_REF:
        break;
    }
    if (a->wave != NULL && number == (a->limit != 0 ? a->limit : 1) && !begin_wave(r))
        return RUN_STOP;
    if (number % PROGRESS == 0)
        run_report_progress(&r->run, r->began);
    return run_reference(&r->run, &ref, place(r, in), input_line_number(in));
}

static bool run_lines(struct running *r, struct input *in)
{
    uint64_t limit = r->args->limit != 0 ? r->args->limit : UINT64_MAX;
    enum input_status status = INPUT_END;
    const char *line;
    size_t len;

    while (r->run.counts.total < limit && (status = input_line(in, &line, &len)) == INPUT_LINE) {
        if (r->child.pid > 0 && input_line_number(in) == 1)
            child_opened(&r->child);
        if (run_line(r, in, line, len) != RUN_OK)
            return false;
    }
    return status != INPUT_BAD;
}

/* ---- Live, or from a file ------------------------------------------------------------------ */

static bool find_in_maps(void *ctx, uint64_t va, uint64_t *start, uint64_t *end, unsigned *perms)
{
    const struct child *child = ctx;
    struct procmap map;

    if (!procmaps_find(&map, child->pid, va))
        return false;
    *start = map.start;
    *end = map.end;
    *perms = map.perms;
    return true;
}

/* Say how the program ended. */
static enum ending report_ending(const struct running *r, int status)
{
    const struct run_args *a = r->args;
    const char *name = a->program[0];

    if (child_stopped_by() != 0) {
        report_problem(name, 0, "stopped: Atlas got signal %d (%s)", child_stopped_by(),
                       strsignal(child_stopped_by()));
        return ENDED_SHORT;
    }
    if (a->limit != 0 && r->run.counts.total == a->limit) {
        if (!a->options.quiet)
            report_text("%s: stopped after %" PRIu64 " references\n", name, a->limit);
        return ENDED_WELL;
    }
    if (WIFSIGNALED(status)) {
        report_problem(name, 0, "the program was killed by signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
        return ENDED_SHORT;
    }
    if (r->run.counts.total == 0) {
        report_problem(name, 0, "valgrind could not run it (exit status %d)", WEXITSTATUS(status));
        return ENDED_BAD_INPUT;
    }
    if (!a->options.quiet)
        report_text("%s: the program's exit status is %d\n", name, WEXITSTATUS(status));
    return ENDED_WELL;
}

static enum ending run_program(struct running *r)
{
    struct input *in;
    bool good;
    int status;

    if (!child_start(&r->child, r->args->program))
        return ENDED_BAD_INPUT;
    r->run.maps = (struct run_maps){find_in_maps, &r->child};
    in = input_open(r->child.log);
    good = in != NULL && run_lines(r, in);
    status = child_end(&r->child);
    input_close(in);
    report_progress_end();
    return good ? report_ending(r, status) : ENDED_BAD_INPUT;
}

static enum ending run_trace(struct running *r)
{
    struct input *in = input_open(r->args->trace);
    bool good = in != NULL && run_lines(r, in);

    if (good && r->run.counts.total == 0)
        report_problem(input_name(in), 0, "no reference in it, expected a lackey trace");
    good = good && r->run.counts.total > 0;
    input_close(in);
    report_progress_end();
    return good ? ENDED_WELL : ENDED_BAD_INPUT;
}

/* ---- The command --------------------------------------------------------------------------- */

/* Is there a program that the MMU can hold? Before anything is started. */
static bool check_program(const struct running *r)
{
    const char *program = r->args->program[0];
    char error[CHILD_ERROR];
    unsigned bits;

    if (!child_check(&bits, program, error))
        report_problem(NULL, 0, "%s", error);
    else if (bits > r->target.params.xlen)
        report_problem(program, 0, "a 64-bit program, expected a 32-bit one for preset %s",
                       r->target.preset);
    else
        return true;
    return false;
}

static int finish(struct running *r, enum ending ending)
{
    if (ending == ENDED_BAD_INPUT)
        return EXIT_BAD_INPUT;
    run_finish(&r->run);
    if (!r->args->options.quiet)
        run_report_end(&r->run, r->began);
    printf("run: %" PRIu64 " references, %" PRIu64 " mismatches\n", r->run.counts.total,
           r->run.counts.mismatches);
    if (r->run.counts.mismatches > 0)
        return EXIT_MISMATCH;
    return ending == ENDED_WELL ? EXIT_PASS : EXIT_BAD_INPUT;
}

static int run_all(struct running *r, const char *const replay[2])
{
    const struct run_args *a = r->args;
    struct machine_config config = a->machine;
    int status;

    if (config.mode == 0)
        config.mode = default_mode(&r->target.params);
    if ((a->program != NULL && !check_program(r)) ||
        !run_open(&r->run, &r->target, &config, a->options.seed, replay))
        return EXIT_BAD_INPUT;
    r->began = report_seconds();
    status = finish(r, a->program != NULL ? run_program(r) : run_trace(r));
    run_close(&r->run);
    return status;
}

int cmd_run(int argc, char **argv)
{
    struct run_args args = {.options = OPTIONS_DEFAULT};
    struct running r = {.args = &args};
    char *replay[2];
    int status = EXIT_BAD_INPUT;

    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &args);
    replay[0] = replay_before(&args);
    replay[1] = replay_after(&args);
    if (target_open(&r.target, &args.options, args.machine.mode == ATLAS_MODE_SV32 ? "rv32" : "full"))
        status = run_all(&r, (const char *const[]){replay[0], replay[1]});
    target_close(&r.target);
    free(replay[0]);
    free(replay[1]);
    if (child_stopped_by() != 0) { /* end as whoever sent the signal expects */
        fflush(stdout);
        raise(child_stopped_by());
    }
    return status;
}
