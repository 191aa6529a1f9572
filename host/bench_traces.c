/* bench_traces.c: mean cycles per translation of recorded operating systems on the Verilated MMU.
 *
 * The records are given one at a time, each in the cycle in which the answer before it is taken; an
 * access that the trace leaves out (n) was to the same page and weighs as a hit. Fences count with
 * all their cycles. Answers are not compared here: that is `atlas replay`.
 *
 * With HIT_LATENCY > 1 a second row says how long the same work takes back to back. A port takes a
 * request a cycle, so what comes behind a hit is given and answered HIT_LATENCY - 1 cycles earlier
 * than here. What comes behind a miss is not: it is looked up after the fill, when it would be if
 * it came with the miss's answer (tests/cosim/test_timing, a_miss_in_a_stream, has both to the
 * cycle).
 */
#include <inttypes.h>
#include <stdio.h>

#include "backend.h"
#include "bench.h"
#include "mmutrace.h"
#include "preset.h"
#include "report.h"
#include "walk_show.h"

enum { MODES = 16 }; /* values of satp.MODE */

/* What one preset's traces gave, by the mode that they use. */
struct means {
    double sum[MODES];    /* of mean cycles per translation */
    double stream[MODES]; /* the same back to back          */
    unsigned traces[MODES];
};

struct run {
    const struct backend_ops *ops;
    struct backend *b;
    struct mmu_port port;
    struct atlas_cfg cfg;
    unsigned bytes;     /* of a memory word                    */
    uint64_t records;   /* given to the MMU                    */
    uint64_t left_out;  /* sum of n                            */
    unsigned mode;      /* the last one that was not bare      */
    bool unimplemented; /* satp wanted a mode the preset lacks */
};

static void give(struct run *r, const struct mmutrace_event *e)
{
    const struct atlas_params *params = r->port.params(r->port.self);
    const struct atlas_req req = {.va = e->va,
                                  .acc = e->acc,
                                  .priv = e->ctx & MMUTRACE_CTX_S ? ATLAS_PRIV_S : ATLAS_PRIV_U,
                                  .sum = (e->ctx & MMUTRACE_CTX_SUM) != 0,
                                  .mxr = (e->ctx & MMUTRACE_CTX_MXR) != 0};
    struct atlas_rsp rsp;

    r->port.access(r->port.self, e->acc != ATLAS_ACC_FETCH && params->ports > 1, &req, &rsp);
    r->records++;
    r->left_out += e->n;
}

static void set_satp(struct run *r, uint64_t satp)
{
    const unsigned mode =
        (unsigned)(r->bytes == 4 ? ATLAS_GET(satp, SATP32_MODE) : ATLAS_GET(satp, SATP64_MODE));

    r->mode = mode == ATLAS_MODE_BARE ? r->mode : mode;
    r->cfg.satp = satp;
    r->unimplemented = !r->port.configure(r->port.self, &r->cfg) || r->unimplemented;
}

static void fence(struct run *r, const struct mmutrace_event *e)
{
    const struct atlas_fence operands = {
        .has_va = e->has_va, .va = e->va, .has_asid = e->has_asid, .asid = e->asid};

    r->port.fence(r->port.self, &operands);
}

static void apply(struct run *r, const struct mmutrace_event *e)
{
    switch (e->kind) {
    case MMUTRACE_SATP: set_satp(r, e->satp); break;
    case MMUTRACE_FENCE: fence(r, e); break;
    case MMUTRACE_UPDATE: /* the MMU makes it itself, unless A/D are set by fault */
        if (r->cfg.adue)
            break;
        r->ops->mem_write(r->b, e->addr, e->val, r->bytes);
        break;
    case MMUTRACE_MEM: r->ops->mem_write(r->b, e->addr, e->val, r->bytes); break;
    default: give(r, e);
    }
}

static uint64_t counted(struct run *r, unsigned counter)
{
    const struct atlas_params *params = r->port.params(r->port.self);
    uint64_t sum = 0;

    for (unsigned k = 0; k < params->ports; k++)
        sum += r->port.counter(r->port.self, k * ATLAS_CTR_PORT_COUNT + counter);
    return sum;
}

static uint64_t counted_once(struct run *r, unsigned counter)
{
    const struct atlas_params *params = r->port.params(r->port.self);

    return r->port.counter(r->port.self, params->ports * ATLAS_CTR_PORT_COUNT + counter);
}

/* Where it differs from the mean. */
static void print_stream(const char *preset, unsigned hit, double cycles)
{
    char text[64];

    if (hit == 1)
        return;
    snprintf(text, sizeof text, "  a hit takes %u; back to back", hit);
    printf("  %-38s %-6s %9.4f\n", text, preset, cycles);
}

/* Print what the run took and add it to *means. */
static void finish_row(struct run *r, const char *window, const char *preset, uint64_t cycles,
                       struct means *means)
{
    const unsigned hit = r->port.params(r->port.self)->hit_latency;
    const uint64_t misses = counted(r, ATLAS_CTR_L1_MISS);
    const uint64_t overlap = (hit - 1) * (r->records - misses);
    const double all = (double)(r->records + r->left_out);
    const double mean = ((double)cycles + (double)hit * (double)r->left_out) / all;
    const double stream = ((double)(cycles - overlap) + (double)r->left_out) / all;

    if (r->unimplemented) {
        printf("  %-38s %-6s  skipped: the preset lacks the mode\n", window, preset);
        return;
    }
    printf("  %-38s %-6s %9.4f %10.3f %12.3f\n", window, preset, mean, 100.0 * (double)misses / all,
           1000.0 * (double)counted_once(r, ATLAS_GCTR_PTE_READ) / all);
    print_stream(preset, hit, stream);
    means->sum[r->mode % MODES] += mean;
    means->stream[r->mode % MODES] += stream;
    means->traces[r->mode % MODES]++;
}

/* One trace on one preset. Returns false after a message. */
static bool bench_trace(const char *file, const char *preset, const struct atlas_params *params,
                        unsigned latency, struct means *means)
{
    const struct backend_options options = {
        .preset = preset, .params = *params, .seed = 1, .latency = latency};
    struct run r = {.ops = backend_find("rtl")};
    enum mmutrace_status status = MMUTRACE_EVENT;
    struct mmutrace_event e;
    struct mmutrace *trace = mmutrace_open(file);
    const struct mmutrace_header *h;

    if (trace == NULL)
        return false;
    h = mmutrace_header(trace);
    if (params->sw_refill != 0)
        printf("  %-38s %-6s  skipped: software fills its TLBs\n", h->window, preset);
    else if (options.params.xlen == h->xlen) {
        uint64_t begin;

        r.b = r.ops->open(&options);
        if (r.b == NULL)
            return mmutrace_close(trace), false;
        r.port = r.ops->port(r.b);
        r.bytes = h->xlen / 8;
        r.cfg = (struct atlas_cfg){.adue = !h->svade, .pbmte = h->svpbmt, .napote = h->svnapot};
        r.unimplemented = !r.port.configure(r.port.self, &r.cfg);
        begin = r.ops->cycles(r.b);
        while (!r.unimplemented && (status = mmutrace_next(trace, &e)) == MMUTRACE_EVENT) {
            apply(&r, &e);
            if ((r.records & 0xfff) == 0 && report_progress_due())
                report_progress("%s on %s: %" PRIu64 " records", h->window, preset, r.records);
        }
        report_progress_end();
        if (status != MMUTRACE_BAD)
            finish_row(&r, h->window, preset, r.ops->cycles(r.b) - begin, means);
        r.ops->close(r.b);
    }
    mmutrace_close(trace);
    return status != MMUTRACE_BAD;
}

static void print_means(const char *preset, unsigned hit, const struct means *means)
{
    char name[16], text[64];

    for (unsigned mode = 0; mode < MODES; mode++) {
        if (means->traces[mode] == 0)
            continue;
        snprintf(text, sizeof text, "mean of %s (%u)", walk_mode_name(mode, name, sizeof name),
                 means->traces[mode]);
        printf("  %-38s %-6s %9.4f\n", text, preset,
               means->sum[mode] / (double)means->traces[mode]);
        print_stream(preset, hit, means->stream[mode] / (double)means->traces[mode]);
    }
}

bool bench_traces(char *const *files, unsigned count, const char *const *presets, unsigned latency)
{
    struct atlas_params params[BENCH_PRESETS_MAX];
    struct means means[BENCH_PRESETS_MAX] = {0};
    int width = 0;
    bool ok = true;

    presets = bench_presets(presets);
    for (unsigned p = 0; presets[p] != NULL; p++)
        if (!bench_preset(&params[p], &width, presets[p]))
            return false;
    printf("traces, L = %u\n  %-38s %-6s %9s %10s %12s\n", latency, "window", "preset", "mean",
           "L1 miss %", "reads/1000");
    for (unsigned i = 0; i < count && ok; i++)
        for (unsigned p = 0; presets[p] != NULL && ok; p++)
            ok = bench_trace(files[i], presets[p], &params[p], latency, &means[p]);
    for (unsigned p = 0; presets[p] != NULL && ok; p++)
        print_means(presets[p], params[p].hit_latency, &means[p]);
    return ok;
}
