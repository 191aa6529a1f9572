/* bench_traces.c: mean cycles per translation of recorded operating systems on the Verilated MMU.
 *
 * The records are given one at a time; an access that the trace leaves out (n) was to the same
 * page and weighs as a hit of one cycle. Fences count with all their cycles. Answers are not
 * compared here: that is `atlas replay`.
 */
#include <inttypes.h>
#include <stdio.h>

#include "backend.h"
#include "bench.h"
#include "mmutrace.h"
#include "report.h"

static const char *const presets[] = {"tiny", "rv32", "rv64", "full"};
#define PRESETS (sizeof presets / sizeof presets[0])

struct run {
    const struct backend_ops *ops;
    struct backend *b;
    struct mmu_port port;
    struct atlas_cfg cfg;
    unsigned bytes;     /* of a memory word                    */
    uint64_t records;   /* given to the MMU                    */
    uint64_t left_out;  /* sum of n                            */
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

static void apply(struct run *r, const struct mmutrace_event *e)
{
    const struct atlas_fence fence = {
        .has_va = e->has_va, .va = e->va, .has_asid = e->has_asid, .asid = e->asid};

    switch (e->kind) {
    case MMUTRACE_SATP:
        r->cfg.satp = e->satp;
        r->unimplemented = !r->port.configure(r->port.self, &r->cfg) || r->unimplemented;
        break;
    case MMUTRACE_FENCE: r->port.fence(r->port.self, &fence); break;
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

static void print_row(struct run *r, const char *window, const char *preset, uint64_t cycles)
{
    const double all = (double)(r->records + r->left_out);

    if (r->unimplemented) {
        printf("  %-38s %-6s  skipped: the preset lacks the mode\n", window, preset);
        return;
    }
    printf("  %-38s %-6s %9.4f %10.3f %12.3f\n", window, preset,
           ((double)cycles + (double)r->left_out) / all,
           100.0 * (double)counted(r, ATLAS_CTR_L1_MISS) / all,
           1000.0 * (double)counted_once(r, ATLAS_GCTR_PTE_READ) / all);
}

/* One trace on one preset. Returns false after a message. */
static bool bench_trace(const char *file, const char *preset, unsigned latency)
{
    struct backend_options options = {.preset = preset, .seed = 1, .latency = latency};
    struct run r = {.ops = backend_find("rtl")};
    enum mmutrace_status status = MMUTRACE_EVENT;
    struct mmutrace_event e;
    struct mmutrace *trace = mmutrace_open(file);
    const struct mmutrace_header *h;
    bool ok;

    if (trace == NULL)
        return false;
    h = mmutrace_header(trace);
    ok = atlas_preset(preset, &options.params);
    if (ok && options.params.xlen == h->xlen) {
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
            print_row(&r, h->window, preset, r.ops->cycles(r.b) - begin);
        r.ops->close(r.b);
    }
    mmutrace_close(trace);
    return ok && status != MMUTRACE_BAD;
}

bool bench_traces(char *const *files, unsigned count, unsigned latency)
{
    bool ok = true;

    printf("traces, L = %u\n  %-38s %-6s %9s %10s %12s\n", latency, "window", "preset", "mean",
           "L1 miss %", "reads/1000");
    for (unsigned i = 0; i < count && ok; i++)
        for (unsigned p = 0; p < PRESETS && ok; p++)
            ok = bench_trace(files[i], presets[p], latency);
    return ok;
}
