/* bench_prefetch.c: would it pay to prefetch the PTE of a neighbouring page with each walk? Each
 * way to do it (prefetch.h) beside none, for recorded operating systems; by the C model. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "prefetch.h"
#include "preset.h"
#include "report.h"

/* The ways to do it; the first is the measure of the others. */
static const struct way {
    const char *neighbour, *into;
    enum prefetch_place place;
    bool pair;
} ways[] = {
    {"none", "-", PREFETCH_NOWHERE, false},     {"next", "L1", PREFETCH_L1, false},
    {"next", "buffer", PREFETCH_BUFFER, false}, {"next", "L2", PREFETCH_L2, false},
    {"pair", "L1", PREFETCH_L1, true},          {"pair", "buffer", PREFETCH_BUFFER, true},
    {"pair", "L2", PREFETCH_L2, true},
};

enum { WAYS = sizeof ways / sizeof ways[0] };

/* A preset, and its MMUs while they follow a trace. */
struct unit {
    const char *name;
    struct atlas_params params;
    struct prefetch *by[WAYS]; /* NULL: not this way           */
    const char *lacks;         /* NULL, or why it cannot follow */
};

struct table {
    struct unit units[BENCH_PRESETS_MAX]; /* [array, count]                     */
    unsigned count;
    unsigned latency;
    int name_width; /* of the column of the presets [character] */
};

/* ---- Printing ------------------------------------------------------------------------------ */

static void print_head(const struct table *t)
{
    printf("the PTE of a neighbouring page prefetched with each walk, L = %u; by the C model\n"
           "  neighbour   next: the next page; pair: the other page of the aligned pair\n"
           "  misses      of 100 translations: no L1, and no buffer, answers; faults among them\n"
           "  walks       ... and no L2\n"
           "  prefetches  PTEs read beside, of 100 translations\n"
           "  free        mean cycles per translation if a prefetch takes no time; ratio to none\n"
           "  paid        the same if its read keeps the walk's memory channel for L + 1 cycles\n"
           "  %-38s %-*s %-9s %-6s %8s %8s %10s %9s %7s %9s %7s\n",
           t->latency, "window", t->name_width, "preset", "neighbour", "into", "misses", "walks",
           "prefetches", "free", "ratio", "paid", "ratio");
}

static double of(double scale, uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : scale * (double)part / (double)whole;
}

static void print_row(const struct way *way, const struct prefetch_figures *f,
                      const struct prefetch_figures *none)
{
    printf("%-9s %-6s %8.4f %8.4f %10.4f %9.4f %7.4f %9.4f %7.4f\n", way->neighbour, way->into,
           of(100, f->misses, f->accesses), of(100, f->walks, f->accesses),
           of(100, f->prefetches, f->accesses), of(1, f->free, f->accesses),
           of(1, f->free, none->free), of(1, f->paid, f->accesses), of(1, f->paid, none->paid));
}

static void print_unit(const struct table *t, const struct unit *u, const char *window)
{
    struct prefetch_figures f, none = {0};

    for (unsigned i = 0; i < WAYS; i++) {
        if (u->lacks == NULL && u->by[i] == NULL)
            continue;
        printf("  %-38s %-*s ", window, t->name_width, u->name);
        if (u->lacks != NULL) {
            printf("skipped: %s\n", u->lacks);
            return;
        }
        f = prefetch_figures(u->by[i]);
        none = i == 0 ? f : none;
        print_row(&ways[i], &f, &none);
    }
}

/* ---- Traces -------------------------------------------------------------------------------- */

static void begin(struct unit *u, const struct mmutrace_header *h, unsigned latency)
{
    u->lacks = u->params.sw_refill != 0    ? "software fills its TLBs"
               : u->params.xlen != h->xlen ? "the preset has the other XLEN"
                                           : NULL;
    for (unsigned i = 0; i < WAYS; i++) {
        const bool may =
            u->lacks == NULL && (ways[i].place != PREFETCH_L2 || u->params.l2_sets > 0);

        u->by[i] = may ? prefetch_open(&u->params, h, ways[i].place, ways[i].pair, latency) : NULL;
    }
}

static void give(struct unit *u, const struct mmutrace_event *e)
{
    for (unsigned i = 0; i < WAYS && u->lacks == NULL; i++)
        if (u->by[i] != NULL && !prefetch_event(u->by[i], e))
            u->lacks = "the preset has no such mode";
}

static enum mmutrace_status follow(struct table *t, struct mmutrace *trace)
{
    enum mmutrace_status status;
    struct mmutrace_event e;

    while ((status = mmutrace_next(trace, &e)) == MMUTRACE_EVENT) {
        const uint64_t records = mmutrace_records(trace);

        for (unsigned k = 0; k < t->count; k++)
            give(&t->units[k], &e);
        if ((records & 0xfff) == 0 && report_progress_due())
            report_progress("%s: %" PRIu64 " records", mmutrace_header(trace)->window, records);
    }
    report_progress_end();
    return status;
}

/* Returns false after a message. */
static bool bench_trace(struct table *t, const char *file)
{
    struct mmutrace *trace = mmutrace_open(file);
    enum mmutrace_status status;

    if (trace == NULL)
        return false;
    for (unsigned k = 0; k < t->count; k++)
        begin(&t->units[k], mmutrace_header(trace), t->latency);
    status = follow(t, trace);
    for (unsigned k = 0; k < t->count; k++) {
        if (status == MMUTRACE_END)
            print_unit(t, &t->units[k], mmutrace_header(trace)->window);
        for (unsigned i = 0; i < WAYS; i++)
            prefetch_close(t->units[k].by[i]);
    }
    mmutrace_close(trace);
    return status == MMUTRACE_END;
}

static bool add_preset(struct table *t, const char *name)
{
    struct unit *u = &t->units[t->count++];

    u->name = name;
    return bench_preset(&u->params, &t->name_width, name);
}

bool bench_prefetch(char *const *files, unsigned count, const char *const *presets,
                    unsigned latency)
{
    struct table t = {.latency = latency, .name_width = (int)strlen("preset")};
    bool ok = true;

    for (presets = bench_presets(presets); *presets != NULL; presets++)
        if (!add_preset(&t, *presets))
            return false;
    print_head(&t);
    for (unsigned i = 0; i < count && ok; i++)
        ok = bench_trace(&t, files[i]);
    return ok;
}
