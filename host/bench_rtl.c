/* bench_rtl.c: cycles of the Verilated MMU beside the timing contract, and translations a second
 * of the backends that run it. */
#include <inttypes.h>
#include <stdio.h>

#include "backend.h"
#include "base/bug.h"
#include "bench.h"
#include "report.h"

#define ROOT_PPN 1u
#define LEAF_PPN 0x100u /* page i is frame LEAF_PPN + i         */
#define PAGES 512u      /* mapped pages, from address 0         */
#define PASS 400000u    /* translations of a pass, hits at most */

static const char *const presets[] = {"tiny", "rv32", "rv64", "full"};
#define PRESETS (sizeof presets / sizeof presets[0])

/* One backend with tables for PAGES pages of 4 KiB from address 0. */
struct bed {
    const struct backend_ops *ops;
    struct backend *b;
    struct mmu_port port;
    struct atlas_params params;
    unsigned levels; /* of the mode in use: the deepest of the preset */
};

static uint64_t mode_of(unsigned levels)
{
    return levels == 2 ? ATLAS_MODE_SV32 : ATLAS_MODE_SV39 + levels - 3;
}

static void put_pte(struct bed *d, uint64_t table, uint64_t index, uint64_t ppn, uint64_t flags)
{
    const unsigned bytes = d->params.xlen / 8;

    d->ops->mem_write(d->b, (table << ATLAS_PAGE_SHIFT) + index * bytes,
                      ATLAS_SET(PTE64_PPN, ppn) | flags | ATLAS_MASK(PTE_V), bytes);
}

static void bed_configure(struct bed *d, bool tlb_off)
{
    const uint64_t mode = mode_of(d->levels);
    const struct atlas_cfg cfg = {.satp = ROOT_PPN |
                                          (d->params.xlen == 32 ? ATLAS_SET(SATP32_MODE, mode)
                                                                : ATLAS_SET(SATP64_MODE, mode)),
                                  .adue = true,
                                  .tlb_off = tlb_off};

    VM_BUG(!d->port.configure(d->port.self, &cfg));
}

/* Returns false after a message if the backend cannot be had. */
static bool bed_open(struct bed *d, const struct backend_ops *ops, const char *preset,
                     unsigned latency)
{
    const uint64_t rwad =
        ATLAS_MASK(PTE_R) | ATLAS_MASK(PTE_W) | ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D);
    struct backend_options options = {.preset = preset, .seed = 1, .latency = latency};

    VM_BUG(!atlas_preset(preset, &options.params));
    *d = (struct bed){.ops = ops, .params = options.params, .levels = options.params.levels};
    d->b = ops->open(&options);
    if (d->b == NULL)
        return false;
    d->port = ops->port(d->b);
    for (unsigned level = d->levels - 1; level > 0; level--)
        put_pte(d, ROOT_PPN + d->levels - 1 - level, 0, ROOT_PPN + d->levels - level, 0);
    for (unsigned i = 0; i < PAGES; i++)
        put_pte(d, ROOT_PPN + d->levels - 1, i, LEAF_PPN + i, rwad);
    bed_configure(d, false);
    return true;
}

static void load_as(struct bed *d, uint64_t va, uint8_t priv)
{
    const struct atlas_req req = {.va = va, .acc = ATLAS_ACC_LOAD, .priv = priv};
    struct atlas_rsp rsp;

    d->port.access(d->port.self, d->params.ports - 1, &req, &rsp);
}

static void load(struct bed *d, uint64_t va)
{
    load_as(d, va, ATLAS_PRIV_S);
}

/* Cycles of one load of page `page`. */
static unsigned load_cycles(struct bed *d, uint64_t page)
{
    const uint64_t begin = d->ops->cycles(d->b);

    load(d, page << ATLAS_PAGE_SHIFT);
    return (unsigned)(d->ops->cycles(d->b) - begin);
}

static unsigned fence_cycles(struct bed *d, bool has_va)
{
    const struct atlas_fence fence = {.has_va = has_va};
    const uint64_t begin = d->ops->cycles(d->b);

    d->port.fence(d->port.self, &fence);
    return (unsigned)(d->ops->cycles(d->b) - begin);
}

/* An untranslated load: what a fence or a fill has left to do is over after it. */
static void settle(struct bed *d)
{
    load_as(d, 0, ATLAS_PRIV_M);
}

static bool row(const char *what, unsigned cycles, unsigned contract)
{
    const bool met = contract == 0 || cycles <= contract;

    printf("  %-46s %6u  ", what, cycles);
    if (contract == 0)
        printf("%8s\n", "-");
    else
        printf("%8u  %s\n", contract, met ? "met" : "MISSED");
    return met;
}

/* A page that shares its L1 set with page 0: the index is vpn ^ vpn >> 8 ^ vpn >> 12. */
#define RIVAL_OF_PAGE_0 ((1U << 12) + 1 + (1U << 4))

static bool measure(struct bed *d, unsigned latency)
{
    const bool l2 = d->params.l2_sets > 0;
    const unsigned hit = d->params.hit_latency;
    const unsigned before_walk = hit + (l2 ? 2 : 0); /* until the last TLB has missed */
    bool met = true;
    char what[80];

    fence_cycles(d, false);
    load(d, 0);
    settle(d);
    met = row("L1 hit", load_cycles(d, 0), hit) && met;
    if (l2 && RIVAL_OF_PAGE_0 < PAGES) {
        load(d, RIVAL_OF_PAGE_0 << ATLAS_PAGE_SHIFT);
        settle(d);
        met = row("L2 hit", load_cycles(d, 0), hit + 3) && met;
    }
    settle(d);
    if (d->params.walk_cache != 0)
        met = row("walk of 1 read (last pointer hits)", load_cycles(d, 2),
                  before_walk + (latency + 1) + 3) &&
              met;
    for (unsigned levels = d->params.levels; levels >= (d->params.xlen == 32 ? 2 : 3); levels--) {
        /* A shallower mode reads the same chain of tables from the root: its last level is a
         * table of pointers, so the load ends in a fault after as many reads. */
        d->levels = levels;
        bed_configure(d, false);
        fence_cycles(d, false);
        settle(d);
        snprintf(what, sizeof what, "walk of %u reads", levels);
        met = row(what, load_cycles(d, 3), before_walk + levels * (latency + 1) + 3) && met;
    }
    d->levels = d->params.levels;
    bed_configure(d, false);
    settle(d);
    row("fence by address", fence_cycles(d, true), 0);
    row("fence of everything", fence_cycles(d, false), 0);
    return met;
}

bool bench_cycles(void)
{
    static const unsigned latencies[] = {1, 2, 10, 30};
    bool met = true;
    struct bed d;

    for (unsigned p = 0; p < PRESETS; p++) {
        for (unsigned i = 0; i < sizeof latencies / sizeof latencies[0]; i++) {
            if (!bed_open(&d, backend_find("rtl"), presets[p], latencies[i]))
                return false;
            printf("%s, L = %u\n  %-46s %6s  %8s\n", presets[p], latencies[i], "", "cycles",
                   "contract");
            met = measure(&d, latencies[i]) && met;
            d.ops->close(d.b);
        }
    }
    printf("timing contract: %s\n", met ? "met" : "missed");
    return true;
}

/* ---- rates ---- */

static void pass_hits(void *ctx, uint64_t n)
{
    struct bed *d = ctx;

    for (uint64_t i = 0; i < n; i++)
        load(d, (i & 63) << ATLAS_PAGE_SHIFT);
}

static void pass_walks(void *ctx, uint64_t n)
{
    struct bed *d = ctx;

    bed_configure(d, true);
    for (uint64_t i = 0; i < n / 8; i++)
        load(d, (i & (PAGES - 1)) << ATLAS_PAGE_SHIFT);
    bed_configure(d, false);
}

bool bench_backend(const char *name)
{
    const struct backend_ops *ops = backend_find(name);
    struct bed d;
    bool equal = true;

    printf("%s, one request at a time, memory latency 1\n  %-8s %18s %22s\n", name, "preset",
           "hits, M/s", "walks (TLB off), M/s");
    for (unsigned p = 0; p < PRESETS && equal; p++) {
        double hits, walks;

        if (!bed_open(&d, ops, presets[p], 1))
            return false;
        hits = bench_rate(pass_hits, &d, PASS);
        walks = bench_rate(pass_walks, &d, PASS) / 8;
        printf("  %-8s %18.2f %22.2f\n", presets[p], hits / 1e6, walks / 1e6);
        equal = d.ops->checkpoint(d.b);
        if (!equal)
            report_problem(NULL, 0, "bench: %s", d.ops->mismatch(d.b));
        d.ops->close(d.b);
    }
    return equal;
}
