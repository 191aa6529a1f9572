/* cmd_replay.c: atlas replay: translation traces of a whole operating system on a target. */
#include "commands.h"
#include "report.h"
#include "replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_ONLY = 0x200, KEY_WAVE, WAVE_LEAD = 16, PROGRESS_EVERY = 4096 };

struct replay_command {
    struct options options;
    uint64_t only;    /* judge just this record of the one file; 0: all          */
    const char *wave; /* a waveform here; with only from WAVE_LEAD records before it, or NULL */
    char **files;     /* [array, file_count] */
    int file_count;
    uint64_t records, mismatches, skipped; /* of all traces; skipped ones count in the last only */
    uint64_t all_records;                  /* ... so far, for the progress line */
    FILE *report;                          /* of the traces; printed if all files are good */
    double began;
};

/* ---- Command line -------------------------------------------------------------------------- */

static const struct argp_option option_table[] = {
    {"only", KEY_ONLY, "N", 0, "Judge only record N of FILE (from 1); those before it are applied",
     0},
    {"wave", KEY_WAVE, "FILE", 0,
     "Write a waveform (FST); with --only, of the last records before it, too", 0},
    {0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct replay_command *c = state->input;

    switch (key) {
    case KEY_ONLY: c->only = options_number(state, "only", arg, 1, UINT64_MAX); return 0;
    case KEY_WAVE: c->wave = arg; return 0;
    case ARGP_KEY_INIT: state->child_inputs[0] = &c->options; return 0;
    case ARGP_KEY_ARGS:
        c->files = &state->argv[state->next];
        c->file_count = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "no FILE, expected one or more"); return 0;
    case ARGP_KEY_END:
        if (c->only != 0 && c->file_count != 1)
            argp_error(state, "--only with %d FILEs, expected one", c->file_count);
        if (c->wave != NULL && (c->file_count != 1 || !options_has_rtl(&c->options)))
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
    .doc = "Replay translation traces of a running operating system (mmutrace 1): every memory "
           "word, satp, fence and access goes to the target, and its answers are compared with "
           "what the guest's own machine did.\v"
           "FILE may be - (standard input) and may be packed (.gz, .xz, .zst). With --preset, a "
           "trace that does not fit this MMU is skipped whole and counted. `stale` counts records "
           "where target and guest disagree about success, and the target is right by a "
           "translation that no fence has covered since.",
    .children = children};

/* ---- One trace ----------------------------------------------------------------------------- */

/* One trace on its way. */
struct run {
    const char *path;
    struct mmutrace *trace;
    struct target target;
    struct replay *replay;
    uint64_t mismatches;
    uint64_t cycles; /* of the target, when the last record was done */
    double began;
    struct mmutrace_event event; /* the last one read */
    struct diff diff;
    struct { /* the first mismatch: reported when it is known that the trace is not skipped */
        uint64_t line, record;
        struct mmutrace_event event;
        struct diff diff;
    } first;
};

/* What became of a trace. */
enum outcome { RUN_DONE, RUN_SKIPPED, RUN_BAD };

static void describe_event(const struct mmutrace_event *e, char *buf, size_t len)
{
    static const char *const kinds[] = {
        [MMUTRACE_ACCESS] = "", [MMUTRACE_FAULT] = "P ", [MMUTRACE_STALE] = "? "};

    snprintf(buf, len, "%s%c of va %" PRIx64 " in %s, sum %d mxr %d", kinds[e->kind], e->key, e->va,
             e->ctx & MMUTRACE_CTX_S ? "S" : "U", (e->ctx & MMUTRACE_CTX_SUM) != 0,
             (e->ctx & MMUTRACE_CTX_MXR) != 0);
}

static void report_first(const struct replay_command *c, const struct run *u)
{
    char request[100], typed[400], wave[60] = "";

    if (u->first.record == 0)
        return;
    if (options_has_rtl(&c->options))
        snprintf(wave, sizeof wave, " --wave record-%" PRIu64 ".fst", u->first.record);
    describe_event(&u->first.event, request, sizeof request);
    report_problem(u->path, u->first.line, "record %" PRIu64 ": mismatch on %s, preset %s",
                   u->first.record, u->target.ops->name, u->target.preset);
    report_text("  %s\n%s  replay: atlas replay%s --only %" PRIu64 "%s", request,
                u->first.diff.text, options_typed(&c->options, typed, sizeof typed),
                u->first.record, wave);
    report_word(stderr, u->path);
    report_text("\n");
}

/* What the event just applied differed in, if it counts. */
static void take_diff(const struct replay_command *c, struct run *u)
{
    uint64_t record = mmutrace_records(u->trace);

    if (u->diff.count == 0)
        return;
    if (c->only == 0 || c->only == record) {
        u->mismatches++;
        if (u->first.record == 0) {
            u->first.record = record;
            u->first.line = mmutrace_line(u->trace);
            u->first.event = u->event;
            u->first.diff = u->diff;
        }
    }
    diff_begin(&u->diff);
}

static void show_progress(const struct replay_command *c, const struct run *u)
{
    const struct replay_counts *n = replay_counts(u->replay);
    uint64_t records = c->all_records + replay_records(n);
    double seconds = report_seconds() - c->began;

    report_progress(
        "replay: %" PRIu64 " records, %.0f/s, %" PRIu64 " faults, %" PRIu64 " mismatches", records,
        (double)records / (seconds > 0 ? seconds : 1), n->faults, c->mismatches + u->mismatches);
}

static bool is_record(const struct mmutrace_event *e)
{
    return e->kind >= MMUTRACE_ACCESS;
}

/* Apply the event that was just read. Returns false if the wave cannot be written. */
static bool apply(const struct replay_command *c, struct run *u)
{
    uint64_t record = mmutrace_records(u->trace);

    if (c->wave != NULL && is_record(&u->event) &&
        record == (c->only > WAVE_LEAD ? c->only - WAVE_LEAD : 1) &&
        !u->target.ops->wave(u->target.backend, c->wave))
        return false;
    replay_event(u->replay, &u->event, &u->diff);
    if (is_record(&u->event)) {
        take_diff(c, u);
        if (record % PROGRESS_EVERY == 0 && report_progress_due())
            show_progress(c, u);
    }
    return true;
}

/* Read the rest of a trace that does not fit: it must be well formed all the same. */
static enum outcome skip(struct run *u)
{
    enum mmutrace_status status;

    do
        status = mmutrace_next(u->trace, &u->event);
    while (status == MMUTRACE_EVENT);
    return status == MMUTRACE_END ? RUN_SKIPPED : RUN_BAD;
}

static enum outcome run_events(const struct replay_command *c, struct run *u)
{
    enum mmutrace_status status;

    while ((status = mmutrace_next(u->trace, &u->event)) == MMUTRACE_EVENT) {
        if (c->options.preset != NULL && !replay_fits(u->replay, &u->event))
            return skip(u);
        if (!apply(c, u))
            return RUN_BAD;
        if (c->only != 0 && is_record(&u->event) && mmutrace_records(u->trace) == c->only)
            return RUN_DONE;
    }
    if (status == MMUTRACE_END && c->only != 0)
        report_problem(u->path, 0, "no record %" PRIu64 ", there are %" PRIu64, c->only,
                       mmutrace_records(u->trace));
    if (status != MMUTRACE_END || c->only != 0)
        return RUN_BAD;
    u->cycles = u->target.ops->cycles(u->target.backend);
    replay_finish(u->replay, &u->diff);
    take_diff(c, u);
    return RUN_DONE;
}

static enum outcome run_trace(const struct replay_command *c, struct run *u)
{
    const struct mmutrace_header *header = mmutrace_header(u->trace);
    bool other_xlen = c->options.preset != NULL && c->options.params.xlen != header->xlen;

    if (other_xlen)
        return skip(u);
    if (!target_open(&u->target, &c->options, header->xlen == 32 ? "rv32" : "full"))
        return RUN_BAD;
    u->replay = replay_open(&u->target, header);
    return run_events(c, u);
}

/* ---- Report -------------------------------------------------------------------------------- */

/* Of all accesses that port's L1 looked up, those left out being hits, the share that hit. */
static void print_port(FILE *out, const struct run *u, unsigned port)
{
    const struct mmu_port *p = &u->target.port;
    unsigned at = port * ATLAS_CTR_PORT_COUNT;
    uint64_t lookup = p->counter(p->self, at + ATLAS_CTR_LOOKUP);
    uint64_t l1 = p->counter(p->self, at + ATLAS_CTR_L1_HIT);
    uint64_t side = p->counter(p->self, at + ATLAS_CTR_SIDE_HIT);

    fprintf(out,
            "  port %u: %" PRIu64 " lookups, %" PRIu64 " L1 hits, %" PRIu64 " side hits, %" PRIu64
            " misses\n",
            port, lookup, l1, side, lookup - l1 - side);
}

static void print_counters(FILE *out, const struct run *u)
{
    const struct mmu_port *p = &u->target.port;
    unsigned global = u->target.params.ports * ATLAS_CTR_PORT_COUNT;

    for (unsigned port = 0; port < u->target.params.ports; port++)
        print_port(out, u, port);
    fprintf(out,
            "  L2 hits %" PRIu64 ", walks %" PRIu64 " (%" PRIu64
            " below the root), PTE reads %" PRIu64 " (oracle, cold: %" PRIu64 ")\n",
            p->counter(p->self, global + ATLAS_GCTR_L2_HIT),
            p->counter(p->self, global + ATLAS_GCTR_WALK),
            p->counter(p->self, global + ATLAS_GCTR_PTR_HIT),
            p->counter(p->self, global + ATLAS_GCTR_PTE_READ),
            replay_counts(u->replay)->oracle_reads);
}

static void print_run(FILE *out, const struct run *u, uint64_t seed)
{
    const struct replay_counts *n = replay_counts(u->replay);
    double seconds = report_seconds() - u->began;
    uint64_t records = replay_records(n);

    fprintf(out, "%s: %s, target %s, preset %s, seed %" PRIu64 "\n", u->path,
            mmutrace_header(u->trace)->window, u->target.ops->name, u->target.preset, seed);
    fprintf(out,
            "  fetches %" PRIu64 ", loads %" PRIu64 ", stores %" PRIu64 ", AMOs %" PRIu64
            ", SCs %" PRIu64 ", page faults %" PRIu64 ", unchecked %" PRIu64 ", left out %" PRIu64
            "\n",
            n->fetch, n->load, n->store, n->amo, n->sc, n->faults, n->unchecked, n->left_out);
    fprintf(out,
            "  satp writes %" PRIu64 ", fences %" PRIu64 ", words %" PRIu64 "; A/D updates "
            "%" PRIu64 " announced, %" PRIu64 " not; stale %" PRIu64 "\n",
            n->satps, n->fences, n->words, n->announced, n->unannounced, n->stale);
    if (u->target.params.ctr_bits > 0)
        print_counters(out, u);
    if (u->cycles != 0)
        fprintf(out,
                "  %" PRIu64
                " cycles, mean %.4f a translation (latency and all; those left out are "
                "hits)\n",
                u->cycles, (double)(u->cycles + n->left_out) / (double)(records + n->left_out));
    fprintf(out, "  %" PRIu64 " records, %" PRIu64 " mismatches, %.2f s, %.0f records/s\n", records,
            u->mismatches, seconds, (double)records / (seconds > 0 ? seconds : 1));
}

static void print_last_line(const struct replay_command *c)
{
    printf("replay: %" PRIu64 " records, %" PRIu64 " mismatches", c->records, c->mismatches);
    if (c->options.preset != NULL)
        printf(", %" PRIu64 " skipped", c->skipped);
    putchar('\n');
}

/* ---- All traces ---------------------------------------------------------------------------- */

static void add_run(struct replay_command *c, const struct run *u)
{
    report_first(c, u);
    print_run(c->report, u, c->options.seed);
    c->records += c->only != 0 ? 1 : mmutrace_records(u->trace);
    c->mismatches += u->mismatches;
    c->all_records += mmutrace_records(u->trace);
}

/* Returns false after reporting a problem. */
static bool run_file(struct replay_command *c, const char *path)
{
    struct run u = {.path = path, .trace = mmutrace_open(path), .began = report_seconds()};
    enum outcome outcome = u.trace == NULL ? RUN_BAD : run_trace(c, &u);

    if (outcome == RUN_DONE)
        add_run(c, &u);
    if (outcome == RUN_SKIPPED) {
        c->skipped++;
        fprintf(c->report, "%s: skipped, preset %s\n", path, c->options.preset);
    }
    replay_close(u.replay);
    target_close(&u.target);
    mmutrace_close(u.trace);
    return outcome != RUN_BAD;
}

int cmd_replay(int argc, char **argv)
{
    struct replay_command c = {.options = OPTIONS_DEFAULT, .began = report_seconds()};
    char *text = NULL;
    size_t len = 0;
    bool good = true;

    argp_parse(&argp, argc, argv, 0, NULL, &c);
    c.report = report_need(open_memstream(&text, &len));
    for (int i = 0; i < c.file_count && good; i++)
        good = run_file(&c, c.files[i]);
    fclose(c.report);
    report_progress_end();
    if (good && !c.options.quiet)
        fputs(text, stdout);
    free(text);
    if (!good)
        return EXIT_BAD_INPUT;
    print_last_line(&c);
    return c.mismatches == 0 ? EXIT_PASS : EXIT_MISMATCH;
}
