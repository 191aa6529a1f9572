/* cmd_bench.c: `atlas bench`: the measurements, printed beside what they are compared with. */
#include <string.h>

#include "bench.h"
#include "commands.h"
#include "options.h"
#include "report.h"

struct bench_args {
    const char *what;
    unsigned latency;
    const char *presets[BENCH_PRESETS_MAX]; /* NULL ends them */
    unsigned preset_count;
    char **files; /* [array, count] */
    unsigned count;
};

static const struct argp_option options[] = {
    {"preset", 'p', "NAME[:PARAM=VALUE,...]", 0,
     "for traces, misses and prefetch: this one, not all (repeatable)", 0},
    {"latency", 'l', "CYCLES", 0,
     "cycles from a memory request to its data, for traces and prefetch (10)", 0},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct bench_args *a = state->input;

    switch (key) {
    case 'l': a->latency = (unsigned)options_number(state, "latency", arg, 1, 100000); return 0;
    case 'p':
        if (a->preset_count + 1 == BENCH_PRESETS_MAX)
            argp_error(state, "--preset: expected at most %d", BENCH_PRESETS_MAX - 1);
        a->presets[a->preset_count++] = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            return ARGP_ERR_UNKNOWN;
        a->what = arg;
        return 0;
    case ARGP_KEY_ARGS:
        a->files = state->argv + state->next;
        a->count = (unsigned)(state->argc - state->next);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc =
        "[model|faults|tables|rtl|lockstep|cycles|traces FILE...|misses FILE...|prefetch FILE...]",
    .doc = "Measure. Without an argument: all that needs no FILE.\v"
           "model     hits, walks and oracle walks a second beside a bare radix walk\n"
           "faults    nanoseconds of a page fault beside writing or copying a page (C model)\n"
           "tables    bytes of page tables and reads of a lookup: flat, 2 to 5 levels, hashed, "
           "inverted\n"
           "rtl       translations a second of the Verilated MMU, and its cycles (as `cycles`)\n"
           "lockstep  translations a second of both, compared after each\n"
           "cycles    cycles of hits, walks and fences beside the timing contract\n"
           "traces    mean cycles per translation of mmutrace files on every preset\n"
           "misses    what the presets' TLBs miss of mmutrace files beside fully associative LRU\n"
           "          and OPT of as many entries, and an infinite TLB; and their reach (C model)\n"
           "prefetch  what the PTE of a neighbouring page, read with each walk, would give on\n"
           "          mmutrace files: misses and mean cycles beside those without (C model)"};

static bool is(const struct bench_args *a, const char *what)
{
    return strcmp(a->what, what) == 0;
}

/* Is it measured of FILEs? */
static bool of_files(const struct bench_args *a)
{
    return is(a, "traces") || is(a, "misses") || is(a, "prefetch");
}

int cmd_bench(int argc, char **argv)
{
    struct bench_args a = {.what = "all", .latency = 10};
    const bool known = argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &a) == 0 &&
                       (is(&a, "all") || is(&a, "model") || is(&a, "faults") || is(&a, "tables") ||
                        is(&a, "rtl") || is(&a, "lockstep") || is(&a, "cycles") || of_files(&a));
    bool ok = true;

    if (!known || (of_files(&a) ? a.count == 0 : a.count > 0)) {
        report_problem(
            NULL, 0,
            "bench: expected model, faults, tables, rtl, lockstep, cycles, or traces, misses or "
            "prefetch and files");
        return EXIT_BAD_INPUT;
    }
    if (is(&a, "all") || is(&a, "model"))
        bench_model();
    if (is(&a, "all") || is(&a, "faults"))
        ok = bench_faults();
    if (ok && (is(&a, "all") || is(&a, "tables")))
        ok = bench_tables();
    if (ok && (is(&a, "all") || is(&a, "rtl")))
        ok = bench_backend("rtl");
    if (ok && (is(&a, "all") || is(&a, "lockstep")))
        ok = bench_backend("lockstep");
    if (ok && (is(&a, "all") || is(&a, "rtl") || is(&a, "cycles")))
        ok = bench_cycles();
    if (ok && is(&a, "traces"))
        ok = bench_traces(a.files, a.count, a.presets, a.latency);
    if (ok && is(&a, "prefetch"))
        ok = bench_prefetch(a.files, a.count, a.presets, a.latency);
    if (ok && is(&a, "misses"))
        ok = bench_misses(a.files, a.count, a.presets);
    return ok ? EXIT_PASS : EXIT_BAD_INPUT;
}
