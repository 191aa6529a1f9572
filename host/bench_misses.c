/* bench_misses.c: what the TLBs of a preset miss of recorded operating systems, beside fully
 * associative TLBs with as many entries (bounds.h) and an infinite one.
 *
 * In the rows `fetch` and `data` the L1 TLB of a port is compared with one that is asked the same
 * and has as many entries; in the row `all` the misses of both ports that no TLB answers, with one
 * TLB for both that has the entries of all TLBs, the L2 among them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "bounds.h"
#include "preset.h"
#include "report.h"
#include "trace_mmu.h"

#define MIB (1024.0 * 1024.0)

enum { REACH_EVERY = 4096 /* records */ };

/* One preset, and its MMU while it follows a trace. */
struct unit {
    const char *name;
    struct atlas_params params;
    struct trace_mmu *mmu;     /* NULL: it cannot follow                  */
    double reach[TRACE_SIDES]; /* sum over the samples [byte]             */
    uint64_t samples;
};

struct table {
    struct unit units[BENCH_PRESETS_MAX]; /* [array, count]                     */
    unsigned count;
    int name_width; /* of the column of the presets [character] */
};

/* ---- Printing ------------------------------------------------------------------------------ */

static void print_head(const struct table *t)
{
    printf(
        "misses of 100 translations, faults among them\n"
        "  misses     of the preset: fetch, data: of a port's L1 TLB; all: of every TLB\n"
        "  LRU, OPT   of a fully associative TLB with as many entries, true page sizes and exact\n"
        "             fences; OPT knows the future, and need not hold what it has just used\n"
        "  floor      of an infinite TLB\n"
        "  equals     entries with which LRU misses no more than the preset; 0: no number\n"
        "  reach      mean size of the pages held by the preset, and by LRU\n"
        "  %-38s %-*s %-5s %7s %8s %8s %8s %8s %6s %9s %9s\n",
        "window", t->name_width, "preset", "TLB", "entries", "misses", "LRU", "OPT", "floor",
        "equals", "reach MiB", "LRU MiB");
}

static void print_row(const struct unit *u, const struct trace_pages *pages, enum trace_side side)
{
    static const char *const names[TRACE_SIDES] = {"fetch", "data", "all"};
    const size_t entries = trace_mmu_entries(u->mmu, side);
    const uint64_t misses = trace_mmu_misses(u->mmu, side);
    const uint64_t translations = trace_pages_translations(pages, side);
    const double percent = translations == 0 ? 0 : 100 / (double)translations;
    const double samples = u->samples == 0 ? 1 : (double)u->samples;
    const struct page_stream *s = trace_pages_stream(pages, side);
    const struct bounds_lru lru = bounds_lru(s, entries);

    printf("%-5s %7zu %8.4f %8.4f %8.4f %8.4f %6zu %9.2f %9.2f\n", names[side], entries,
           percent * (double)misses, percent * (double)lru.misses,
           percent * (double)bounds_opt(s, entries), percent * (double)page_stream_floor(s),
           bounds_lru_entries(s, misses), u->reach[side] / samples / MIB, lru.reach / MIB);
}

static void print_unit(const struct table *t, const struct unit *u, const struct trace_pages *pages,
                       const char *window)
{
    const char *lacking = trace_pages_lacking(pages, &u->params);
    /* With one port, its L1 TLB is asked for both. */
    const unsigned first = u->params.ports > 1 ? TRACE_FETCH : TRACE_ALL;

    for (unsigned side = lacking == NULL ? first : TRACE_ALL; side < TRACE_SIDES; side++) {
        printf("  %-38s %-*s ", window, t->name_width, u->name);
        if (lacking == NULL)
            print_row(u, pages, side);
        else
            printf("skipped: the preset has %s\n", lacking);
    }
}

/* ---- Traces -------------------------------------------------------------------------------- */

static void give(struct unit *u, const struct mmutrace_event *e, bool sample)
{
    if (u->mmu != NULL && !trace_mmu_event(u->mmu, e)) {
        trace_mmu_close(u->mmu);
        u->mmu = NULL;
    }
    if (u->mmu == NULL || !sample)
        return;
    for (unsigned side = 0; side < TRACE_SIDES; side++)
        u->reach[side] += (double)trace_mmu_reach(u->mmu, side);
    u->samples++;
}

static enum mmutrace_status follow(struct table *t, struct mmutrace *trace,
                                   struct trace_pages *pages)
{
    enum mmutrace_status status;
    struct mmutrace_event e;

    while ((status = mmutrace_next(trace, &e)) == MMUTRACE_EVENT) {
        const uint64_t records = mmutrace_records(trace);
        const bool sample = e.kind >= MMUTRACE_ACCESS && records % REACH_EVERY == 0;

        trace_pages_event(pages, &e);
        for (unsigned k = 0; k < t->count; k++)
            give(&t->units[k], &e, sample);
        if (sample && report_progress_due())
            report_progress("%s: %" PRIu64 " records", mmutrace_header(trace)->window, records);
    }
    report_progress_end();
    return status;
}

/* Returns false after a message. */
static bool bench_trace(struct table *t, const char *file)
{
    struct mmutrace *trace = mmutrace_open(file);
    const struct mmutrace_header *h;
    struct trace_pages *pages;
    enum mmutrace_status status;

    if (trace == NULL)
        return false;
    h = mmutrace_header(trace);
    pages = trace_pages_open(h);
    for (unsigned k = 0; k < t->count; k++) {
        struct unit *u = &t->units[k];

        *u = (struct unit){
            .name = u->name, .params = u->params, .mmu = trace_mmu_open(&u->params, h)};
    }
    status = follow(t, trace, pages);
    for (unsigned k = 0; k < t->count; k++) {
        if (status == MMUTRACE_END)
            print_unit(t, &t->units[k], pages, h->window);
        trace_mmu_close(t->units[k].mmu);
    }
    trace_pages_close(pages);
    mmutrace_close(trace);
    return status == MMUTRACE_END;
}

static bool add_preset(struct table *t, const char *name)
{
    struct unit *u = &t->units[t->count++];

    u->name = name;
    return bench_preset(&u->params, &t->name_width, name);
}

bool bench_misses(char *const *files, unsigned count, const char *const *presets)
{
    struct table t = {.name_width = (int)strlen("preset")};
    bool ok = true;

    for (presets = bench_presets(presets); *presets != NULL; presets++)
        if (!add_preset(&t, *presets))
            return false;
    print_head(&t);
    for (unsigned i = 0; i < count && ok; i++)
        ok = bench_trace(&t, files[i]);
    return ok;
}
