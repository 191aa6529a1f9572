/* bench_model.c: how fast the C model translates, beside the limit: a bare three-level radix
 * walk in C over the same tables, without TLB, faults, counters or callbacks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

#include "atlas.h"
#include "base/bug.h"
#include "oracle/cold_walk_inline.h"

#define ROOT_PPN 1u
#define BASE_VA UINT64_C(0x40000000)
#define FEW_PAGES 64u       /* fit any L1                         */
#define CACHED_PAGES 32768u /* their tables fit a processor cache */
#define MANY_PAGES 1048576u /* their tables do not                */
#define PASS 8000000u       /* translations of a pass             */
#define PASSES 3

double bench_cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double bench_rate(void (*pass)(void *ctx, uint64_t n), void *ctx, uint64_t n)
{
    double best = 0;

    for (int i = 0; i < PASSES; i++) {
        const double begin = bench_cpu_seconds();
        double rate;

        pass(ctx, n);
        rate = (double)n / (bench_cpu_seconds() - begin);
        best = rate > best ? rate : best;
    }
    return best;
}

/* ---- tables: Sv39, pages 0 .. count - 1 of BASE_VA ---- */

struct tables {
    uint64_t *words; /* physical memory from address 0, whole tables [frames * 512] */
    uint64_t frames, next;
    uint64_t pages; /* pages that are mapped; a power of two */
    struct atlas *atlas;
    uint64_t sum; /* of all results, so that nothing is optimised away */
};

static void map_page(struct tables *t, uint64_t va, uint64_t ppn)
{
    uint64_t table = ROOT_PPN;

    for (unsigned level = 2; level > 0; level--) {
        uint64_t *pte = &t->words[table * 512 + (va >> (12 + 9 * level) & 511)];

        if (*pte == 0)
            *pte = ATLAS_SET(PTE64_PPN, t->next++) | ATLAS_MASK(PTE_V);
        table = ATLAS_GET(*pte, PTE64_PPN);
    }
    t->words[table * 512 + (va >> 12 & 511)] =
        ATLAS_SET(PTE64_PPN, ppn) | ATLAS_MASK(PTE_V) | ATLAS_MASK(PTE_R) | ATLAS_MASK(PTE_W) |
        ATLAS_MASK(PTE_U) | ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D);
}

static enum atlas_mem_status read_pte(void *ctx, uint64_t addr, uint64_t *value)
{
    const struct tables *t = ctx;

    *value = t->words[addr >> 3];
    return ATLAS_MEM_OK;
}

static enum atlas_mem_status cas_pte(void *ctx, uint64_t addr, uint64_t old, uint64_t new_value)
{
    struct tables *t = ctx;

    if (t->words[addr >> 3] != old)
        return ATLAS_MEM_OTHER;
    t->words[addr >> 3] = new_value;
    return ATLAS_MEM_OK;
}

static void tables_open(struct tables *t, uint64_t pages)
{
    static const struct atlas_mem_ops ops = {.read = read_pte, .cas = cas_pte};
    struct atlas_params params;

    *t = (struct tables){.pages = pages, .next = ROOT_PPN + 1};
    t->frames = pages / 512 + pages / (512 * 512) + 8;
    t->words = calloc(t->frames, 4096);
    VM_BUG(t->words == NULL || !atlas_preset("full", &params));
    for (uint64_t i = 0; i < pages; i++)
        map_page(t, BASE_VA + (i << 12), 0x100000 + (i * 2654435761u & (pages - 1)));
    t->atlas = atlas_open(&params, &ops, t);
    VM_BUG(t->atlas == NULL);
}

static void tables_close(struct tables *t)
{
    atlas_close(t->atlas);
    free(t->words);
}

static void configure(struct tables *t, bool tlb_off)
{
    const struct atlas_cfg cfg = {.satp = ATLAS_SET(SATP64_MODE, ATLAS_MODE_SV39) | ROOT_PPN,
                                  .tlb_off = tlb_off};

    atlas_configure(t->atlas, &cfg);
    atlas_fence(t->atlas, &(struct atlas_fence){.va = 0});
}

/* ---- passes ---- */

static uint64_t page_va(const struct tables *t, uint64_t i)
{
    return BASE_VA + ((i & (t->pages - 1)) << 12);
}

static void pass_model(void *ctx, uint64_t n)
{
    struct tables *t = ctx;
    struct atlas_req req = {.acc = ATLAS_ACC_LOAD, .priv = ATLAS_PRIV_U};
    struct atlas_rsp rsp;

    for (uint64_t i = 0; i < n; i++) {
        req.va = page_va(t, i);
        atlas_access(t->atlas, 0, &req, &rsp);
        t->sum += rsp.pa;
    }
}

static void pass_radix(void *ctx, uint64_t n)
{
    struct tables *t = ctx;

    for (uint64_t i = 0; i < n; i++) {
        const uint64_t va = page_va(t, i);
        uint64_t table = ROOT_PPN;

        for (int level = 2; level >= 0; level--) {
            const uint64_t pte = t->words[table * 512 + (va >> (12 + 9 * level) & 511)];

            if (!(pte & ATLAS_MASK(PTE_V)))
                break;
            table = ATLAS_GET(pte, PTE64_PPN);
            if (pte & (ATLAS_MASK(PTE_R) | ATLAS_MASK(PTE_X)))
                break;
        }
        t->sum += table << 12 | (va & 4095);
        __asm__ volatile("" ::: "memory");
    }
}

static enum cold_answer cold_read(void *ctx, uint64_t addr, uint64_t *pte)
{
    const struct tables *t = ctx;

    *pte = t->words[addr >> 3];
    return COLD_OK;
}

static enum cold_answer cold_write(void *ctx, uint64_t addr, uint64_t old, uint64_t pte)
{
    (void)ctx, (void)addr, (void)old, (void)pte;
    return COLD_OK;
}

static void pass_oracle(void *ctx, uint64_t n)
{
    struct tables *t = ctx;
    const struct cold_memory memory = {.ctx = t, .read = cold_read, .write = cold_write};
    struct cold_query query = {.xlen = 64,
                               .levels = 5,
                               .pa_bits = 56,
                               .mode = ATLAS_MODE_SV39,
                               .root_ppn = ROOT_PPN,
                               .acc = ATLAS_ACC_LOAD,
                               .priv = ATLAS_PRIV_U};
    struct cold_result result;

    for (uint64_t i = 0; i < n; i++) {
        query.va = page_va(t, i);
        cold_walk_inline(&query, &memory, &result);
        t->sum += result.pa;
    }
}

/* ---- the table ---- */

static void row(const char *what, double rate, double limit, const char *aim)
{
    printf("  %-44s %8.1f  %6.2f  %s\n", what, rate / 1e6, rate / limit, aim);
}

static void bench_pages(uint64_t pages, const char *where)
{
    struct tables t;
    double limit;

    tables_open(&t, pages);
    limit = bench_rate(pass_radix, &t, PASS);
    printf("%" PRIu64 " pages in sequence, tables %s\n", pages, where);
    printf("  %-44s %8s  %6s  %s\n", "", "M/s", "ratio", "aim");
    row("bare radix walk, Sv39 (the limit)", limit, limit, "");
    row("oracle walk", bench_rate(pass_oracle, &t, PASS), limit, "ratio 0.67");
    configure(&t, true);
    row("model, every access walks (TLB off)", bench_rate(pass_model, &t, PASS), limit, "25 M/s");
    configure(&t, false);
    row(pages <= FEW_PAGES ? "model, L1 hits" : "model, TLBs miss, last pointers hit",
        bench_rate(pass_model, &t, PASS), limit, pages <= FEW_PAGES ? "60 M/s" : "");
    printf("  [%" PRIx64 "]\n", t.sum & 0xffff);
    tables_close(&t);
}

void bench_model(void)
{
    bench_pages(FEW_PAGES, "in cache");
    bench_pages(CACHED_PAGES, "in cache");
    bench_pages(MANY_PAGES, "larger than a cache");
}
