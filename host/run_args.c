/* run_args.c: see run_args.h. */
#include "run_args.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

enum {
    KEY_TRACE = 0x200,
    KEY_GENERATE,
    KEY_FRAMES,
    KEY_MODE,
    KEY_SVADE,
    KEY_CHECK,
    KEY_MAP_KERNEL,
    KEY_LIMIT,
    KEY_WAVE,
    KEY_PROCS,
    KEY_QUANTUM,
    KEY_HARTS,
    KEY_VMSTAT,
    KEY_MAPS,
    KEY_FRAME_MAP,
    KEY_LOCALITY,
    KEY_REPORT
};

enum { QUANTUM = 10000, WINDOW = 10000 };

/* Between two programs. */
#define PROGRAM_END ":::"

/* ---- Command line -------------------------------------------------------------------------- */

static const struct argp_option option_table[] = {
    {"trace", KEY_TRACE, "FILE", 0,
     "Take the references from a recorded lackey trace (- or packed: fine) instead of a PROGRAM; "
     "once for each process",
     0},
    {"generate", KEY_GENERATE, "KIND[,KEY=VALUE...]", 0,
     "Make the references: sequential, strided, loop (over pages), random, zipf, phases (of "
     "locality) or chase (of pointers), with pages=N (default 1024), refs=N (1000000), stores=N "
     "percent (25), seed=N (that of --seed), base=ADDRESS (0x10000000); strided: stride=BYTES "
     "(4096); zipf: alpha=X (1); phases: set=PAGES (an eighth), phase=REFS (10000). Once for each "
     "process, also beside PROGRAM or --trace",
     0},
    {"procs", KEY_PROCS, "N", 0,
     "Run N processes that take turns: all sources that are given, again and again (default: each "
     "once)",
     0},
    {"quantum", KEY_QUANTUM, "N", 0, "References in a turn (default 10000)", 0},
    {"harts", KEY_HARTS, "N", 0, "Harts, each with an MMU (default 1)", 0},
    {"paging", KEY_MODE, "MODE", 0, "sv32, sv39, sv48 or sv57 (default: sv48, else what fits)", 0},
    {"mode", KEY_MODE, NULL, OPTION_ALIAS, NULL, 0},
    {"frames", KEY_FRAMES, "N", 0, "Frames of RAM, 4 KiB each (default 262144)", 0},
    {"svade", KEY_SVADE, NULL, 0, "A and D are set by page fault, not by the hardware", 0},
    {"map-kernel", KEY_MAP_KERNEL, NULL, 0, "The kernel is mapped in every process (global)", 0},
    {"check", KEY_CHECK, "N", 0,
     "Look at all that must hold of the kernel every N references; a mismatch if it does not", 0},
    {"limit", KEY_LIMIT, "N", 0, "Stop after N references", 0},
    {"vmstat", KEY_VMSTAT, "N", 0,
     "Every N references a line: frames by kind, faults and context switches since the last line, "
     "percent of lookups that each port's L1 TLB answered",
     0},
    {"maps", KEY_MAPS, NULL, 0,
     "At the end of each process its regions as /proc/PID/maps has them, and what of each is in "
     "memory",
     0},
    {"frame-map", KEY_FRAME_MAP, "FILE", 0,
     "Write what physical memory holds when the first process ends: a picture with a character a "
     "frame, and each frame's kind, owner, addresses and flags",
     0},
    {"locality", KEY_LOCALITY, "N", OPTION_ARG_OPTIONAL,
     "At the end reuse distances of pages, what LRU would miss, and working sets of windows of N "
     "page uses (default 10000)",
     0},
    {"report", KEY_REPORT, "FILE", 0, "At the end all that is known of the run, as JSON", 0},
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

/* The seed is known by now. */
static void parse_generators(const struct argp_state *state, struct run_args *a)
{
    char error[SCAN_ERROR];

    for (unsigned i = 0; i < a->plan.count; i++) {
        struct run_source *source = &a->plan.sources[i];

        if (source->generated != NULL &&
            !generate_parse(&source->generate, source->generated, a->options.seed, error))
            argp_error(state, "--generate %s: %s", source->generated, error);
    }
}

static bool has_trace(const struct run_args *a)
{
    for (unsigned i = 0; i < a->plan.count; i++)
        if (a->plan.sources[i].trace != NULL)
            return true;
    return false;
}

static void check_args(const struct argp_state *state, const struct run_args *a)
{
    if (a->plan.count == 0)
        argp_error(state, "expected a PROGRAM, --trace FILE, or --generate KIND");
    if (has_trace(a) && a->plan.sources[a->plan.count - 1].program != NULL)
        argp_error(state, "expected a PROGRAM or --trace FILE, not both");
    if (a->procs != 0 && a->procs < a->plan.count)
        argp_error(state, "--procs %u: expected at least %u, one for each source", a->procs,
                   a->plan.count);
    if (a->options.quiet && (a->plan.vmstat != 0 || a->plan.maps))
        argp_error(state, "--vmstat and --maps say something: expected no --quiet");
    if (a->options.quiet && a->window != 0 && a->report == NULL)
        argp_error(state, "--locality says something: expected no --quiet, or --report FILE");
    if (a->plan.wave != NULL && !options_has_rtl(&a->options))
        argp_error(state, "--wave needs a --target with RTL");
}

/* One more source of references. */
static struct run_source *add_source(const struct argp_state *state, struct run_args *a)
{
    if (a->plan.count == RUN_PROCS_MAX)
        argp_error(state, "expected at most %u sources", RUN_PROCS_MAX);
    return &a->plan.sources[a->plan.count++];
}

/* The programs, from the first one's name on, with PROGRAM_END between two of them, which becomes
 * the end of the list of arguments. */
static void add_programs(const struct argp_state *state, struct run_args *a, char **word)
{
    char **program = word;

    for (;; word++) {
        bool last = *word == NULL;

        if (!last && strcmp(*word, PROGRAM_END) != 0)
            continue;
        if (word == program)
            argp_error(state, "expected a PROGRAM before and after each '" PROGRAM_END "'");
        *word = NULL;
        add_source(state, a)->program = program;
        if (last)
            return;
        program = word + 1;
    }
}

/* The sources again, until there are as many as processes. */
static void repeat_sources(struct run_args *a)
{
    a->given = a->plan.count;
    while (a->plan.count < a->procs) {
        a->plan.sources[a->plan.count] = a->plan.sources[a->plan.count % a->given];
        a->plan.count++;
    }
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct run_args *a = state->input;

    switch (key) {
    case KEY_TRACE: add_source(state, a)->trace = arg; return 0;
    case KEY_GENERATE: add_source(state, a)->generated = arg; return 0;
    case KEY_MODE: a->machine.mode = parse_mode(state, arg); return 0;
    case KEY_FRAMES:
        a->machine.frames = options_number(state, "frames", arg, 1, UINT32_MAX);
        return 0;
    case KEY_SVADE: a->machine.svade = true; return 0;
    case KEY_MAP_KERNEL: a->machine.map_kernel = true; return 0;
    case KEY_CHECK: a->check = options_number(state, "check", arg, 1, UINT64_MAX); return 0;
    case KEY_LIMIT: a->plan.limit = options_number(state, "limit", arg, 1, UINT64_MAX); return 0;
    case KEY_WAVE: a->plan.wave = arg; return 0;
    case KEY_PROCS:
        a->procs = (unsigned)options_number(state, "procs", arg, 1, RUN_PROCS_MAX);
        return 0;
    case KEY_QUANTUM:
        a->machine.quantum = (uint32_t)options_number(state, "quantum", arg, 1, UINT32_MAX);
        return 0;
    case KEY_HARTS:
        a->harts = (unsigned)options_number(state, "harts", arg, 1, HARTS_MAX);
        return 0;
    case KEY_VMSTAT: a->plan.vmstat = options_number(state, "vmstat", arg, 1, UINT64_MAX); return 0;
    case KEY_FRAME_MAP: a->plan.frame_map = arg; return 0;
    case KEY_MAPS: a->plan.maps = true; return 0;
    case KEY_LOCALITY:
        a->window = arg == NULL ? WINDOW : options_number(state, "locality", arg, 1, UINT64_MAX);
        return 0;
    case KEY_REPORT: a->report = arg; return 0;
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->options; return 0;
    case ARGP_KEY_ARG:
        add_programs(state, a, &state->argv[state->next - 1]);
        state->next = state->argc; /* the rest is the programs' */
        return 0;
    case ARGP_KEY_SUCCESS:
        check_args(state, a);
        parse_generators(state, a);
        repeat_sources(a);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc =
        "[--] PROGRAM [ARG...] [" PROGRAM_END " PROGRAM [ARG...]]...\n--trace FILE...\n--generate "
        "KIND...",
    .doc = "Run a real program under valgrind's lackey, and drive every instruction fetch, load "
           "and store of it through process, OS model and MMU while it runs. Every store writes "
           "bytes that are checked at every load and fetch. Several programs are processes that "
           "take turns on one machine, each under a valgrind of its own.\v"
           "The program keeps its standard input, output and error; the report goes to standard "
           "error. Its own exit status is reported and is no error; if a signal ends it, the "
           "status is 2. A reference is one line of lackey; a modify is a load and then a store; "
           "an access that crosses a page is two translations. Processes that the program forks "
           "are not followed, and end with it.",
    .children = children};

/* Words of the command line, before parsing makes an end of each PROGRAM_END. */
static char **copy_words(int argc, char **argv)
{
    char **words = report_need(calloc((size_t)argc + 1, sizeof words[0]));

    memcpy(words, argv, (size_t)argc * sizeof words[0]);
    return words;
}

void run_args_parse(struct run_args *a, int argc, char **argv)
{
    *a = (struct run_args){.options = OPTIONS_DEFAULT, .machine = {.quantum = QUANTUM}, .harts = 1};
    a->command = copy_words(argc, argv);
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, a);
    a->plan.quiet = a->options.quiet;
}

void run_args_free(struct run_args *a)
{
    free(a->command);
    a->command = NULL;
}

/* ---- The command that replays a reference -------------------------------------------------- */

static FILE *text_open(char **text, size_t *len)
{
    FILE *out = open_memstream(text, len);

    if (out == NULL)
        report_out_of_memory();
    return out;
}

char *run_args_before(const struct run_args *a)
{
    char typed[400], *text = NULL;
    size_t len;
    FILE *out = text_open(&text, &len);

    fprintf(out, "atlas run%s", options_typed(&a->options, typed, sizeof typed));
    for (unsigned i = 0; i < MODES; i++)
        if (a->machine.mode == modes[i].mode)
            fprintf(out, " --paging %s", modes[i].name);
    if (a->machine.quantum != QUANTUM)
        fprintf(out, " --quantum %" PRIu32, a->machine.quantum);
    if (a->procs > a->given)
        fprintf(out, " --procs %u", a->procs);
    if (a->harts > 1)
        fprintf(out, " --harts %u", a->harts);
    if (a->machine.frames != 0)
        fprintf(out, " --frames %" PRIu64, a->machine.frames);
    if (a->check != 0)
        fprintf(out, " --check %" PRIu64, a->check);
    fprintf(out, "%s%s%s --limit", a->machine.svade ? " --svade" : "",
            a->machine.map_kernel ? " --map-kernel" : "",
            options_has_rtl(&a->options) ? " --wave run.fst" : "");
    fclose(out);
    return text;
}

char *run_args_after(const struct run_args *a)
{
    char *text = NULL;
    size_t len;
    FILE *out = text_open(&text, &len);

    for (unsigned i = 0; i < a->given; i++) {
        const struct run_source *source = &a->plan.sources[i];

        if (source->program == NULL) {
            fputs(source->trace != NULL ? " --trace" : " --generate", out);
            report_word(out, source_name(source));
            continue;
        }
        fputs(i == 0 || source[-1].program == NULL ? " --" : " " PROGRAM_END, out);
        for (char **word = source->program; *word != NULL; word++)
            report_word(out, *word);
    }
    fclose(out);
    return text;
}
