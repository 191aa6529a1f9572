#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 5000 }; /* cycles that anything may take */

/* ---- Scenes -------------------------------------------------------------------------------- */

static void same_or_fail(struct scene *s, bool same)
{
    if (!same)
        fail_msg("%s: %s", s->label, bench_difference(s->b));
}

void scene_again(struct scene *s)
{
    struct bench *b = s->b;

    same_or_fail(s, bench_drain(b));
    sparse_clear(b->memory.memory);
    b->agent.latency = 1;
    b->agent.stalls = false;
    b->stall_req = 0;
    b->stall_rsp = 0;
    b->scramble = true;
    s->root = 0x10;
    s->frame = s->root + 1;
    b->in->cfg = (struct atlas_cfg){.pbmte = true, .napote = true};
    scene_satp(s, s->root, 1);
    scene_fence(s, false, 0, false, 0);
    for (unsigned k = 0; k < b->p->ports; k++)
        b->port[k].read = b->port[k].answered;
}

static void run_in(struct bench *b, void (*test)(struct scene *s), unsigned levels, unsigned port,
                   bool warm)
{
    struct scene s = {.b = b, .port = port, .levels = levels, .warm = warm};

    snprintf(s.label, sizeof s.label, "%s, %u levels, port %u, %s", b->build->name, levels, port,
             warm ? "warm" : "cold");
    scene_again(&s);
    test(&s);
    same_or_fail(&s, bench_drain(b));
}

/* The presets, and what has hits of two cycles; the widths of others may be too small for the
 * pages of a scene. */
static bool has_scenes(const struct rtl_build *build)
{
    const struct atlas_params *p = &build->params;

    return strchr(build->name, ':') == NULL || (p->hit_latency > 1 && p->pa_bits >= 32);
}

void scene_each(void (*test)(struct scene *s))
{
    size_t count;
    const struct rtl_build *const *builds = rtl_builds(&count);

    for (size_t i = 0; i < count; i++) {
        const struct atlas_params *p = &builds[i]->params;
        struct bench *b;

        if (!has_scenes(builds[i]))
            continue;
        b = bench_open(builds[i], 1, LIMIT);
        for (unsigned levels = p->xlen == 32 ? 2 : 3; levels <= p->levels; levels++)
            for (unsigned port = 0; port < p->ports; port++)
                for (unsigned warm = 0; warm < 2; warm++)
                    run_in(b, test, levels, port, warm != 0);
        bench_close(b);
    }
}

/* ---- Tables -------------------------------------------------------------------------------- */

unsigned scene_slice_bits(const struct scene *s)
{
    return s->levels == 2 ? 10 : 9;
}

uint64_t scene_page_size(const struct scene *s, unsigned level)
{
    return UINT64_C(1) << (ATLAS_PAGE_SHIFT + level * scene_slice_bits(s));
}

static uint64_t address(const struct scene *s, unsigned slice)
{
    uint64_t va = 0x678;

    for (unsigned l = 0; l < s->levels; l++)
        va += (slice + 3 * l) * scene_page_size(s, l);
    return va;
}

uint64_t scene_low(const struct scene *s)
{
    return address(s, 5);
}

uint64_t scene_high(const struct scene *s)
{
    uint64_t top = scene_page_size(s, s->levels - 1) << (scene_slice_bits(s) - 1);
    uint64_t va = address(s, 24) | top;

    return s->levels == 2 ? va : va | ~(2 * top - 1);
}

uint64_t scene_pte(const struct scene *s, uint64_t ppn, uint64_t flags)
{
    return flags | (s->levels == 2 ? ATLAS_SET(PTE32_PPN, ppn) : ATLAS_SET(PTE64_PPN, ppn));
}

static unsigned slot_of(const struct scene *s, uint64_t va, unsigned level)
{
    return (unsigned)(va / scene_page_size(s, level) & ATLAS_ONES(scene_slice_bits(s)));
}

static uint64_t table_under(const struct scene *s, uint64_t pte)
{
    return s->levels == 2 ? ATLAS_GET(pte, PTE32_PPN) : ATLAS_GET(pte, PTE64_PPN);
}

/* The table that a walk of va reads at `level`, made if there is none. */
static uint64_t table_of(struct scene *s, uint64_t va, unsigned level)
{
    uint64_t table = s->root;

    for (unsigned l = s->levels - 1; l > level; l--) {
        uint64_t pte = bench_get_pte(s->b, table, slot_of(s, va, l));

        if ((pte & ATLAS_MASK(PTE_V)) == 0) {
            pte = scene_pte(s, s->frame++, ATLAS_MASK(PTE_V));
            bench_set_pte(s->b, table, slot_of(s, va, l), pte);
        }
        table = table_under(s, pte);
    }
    return table;
}

uint64_t scene_pte_addr(struct scene *s, uint64_t va, unsigned level)
{
    return table_of(s, va, level) * ATLAS_PAGE_SIZE +
           slot_of(s, va, level) * s->b->memory.pte_bytes;
}

uint64_t scene_get(struct scene *s, uint64_t va, unsigned level)
{
    return bench_get_pte(s->b, table_of(s, va, level), slot_of(s, va, level));
}

void scene_set(struct scene *s, uint64_t va, unsigned level, uint64_t pte)
{
    bench_set_pte(s->b, table_of(s, va, level), slot_of(s, va, level), pte);
}

void scene_map(struct scene *s, uint64_t va, unsigned level, uint64_t pte)
{
    scene_set(s, va, level, pte);
}

void scene_fail(struct scene *s, uint64_t va, unsigned level, bool cas)
{
    if (!sparse_fail(s->b->memory.memory, scene_pte_addr(s, va, level), cas, 0, 1))
        fail_msg("out of memory");
}

void scene_warm(struct scene *s, uint64_t va)
{
    uint64_t other = va ^ 2 * ATLAS_PAGE_SIZE;
    struct atlas_req req = scene_req(other, ATLAS_ACC_LOAD);

    if (!s->warm)
        return;
    scene_map(s, other, 0, scene_pte(s, 0x77, SCENE_RWXAD));
    scene_expect_ok(s, &req, 0x77000 + other % ATLAS_PAGE_SIZE, 0);
}

/* ---- What is done -------------------------------------------------------------------------- */

void scene_satp(struct scene *s, uint64_t root, unsigned asid)
{
    s->root = root;
    if (s->levels == 2)
        s->b->in->cfg.satp =
            ATLAS_MASK(SATP32_MODE) | ATLAS_SET(SATP32_ASID, asid) | ATLAS_SET(SATP32_PPN, root);
    else
        s->b->in->cfg.satp = ATLAS_SET(SATP64_MODE, s->levels + ATLAS_MODE_SV39 - 3) |
                             ATLAS_SET(SATP64_ASID, asid) | ATLAS_SET(SATP64_PPN, root);
}

void scene_cycles(struct scene *s, unsigned n)
{
    while (n-- > 0)
        same_or_fail(s, bench_cycle(s->b));
}

struct atlas_req scene_req(uint64_t va, unsigned acc)
{
    return (struct atlas_req){.va = va, .acc = (uint8_t)acc, .priv = ATLAS_PRIV_S, .id = 5};
}

struct atlas_rsp scene_access(struct scene *s, const struct atlas_req *req)
{
    struct atlas_rsp rsp = {.fault = true};

    same_or_fail(s, bench_access(s->b, s->port, req, &rsp));
    return rsp;
}

struct atlas_rsp scene_take(struct scene *s, unsigned port)
{
    struct atlas_rsp rsp = {.fault = true};

    same_or_fail(s, bench_answer(s->b, port, &rsp));
    return rsp;
}

void scene_fence(struct scene *s, bool has_va, uint64_t va, bool has_asid, unsigned asid)
{
    struct atlas_fence fence = {
        .has_va = has_va, .va = va, .has_asid = has_asid, .asid = (uint16_t)asid};

    same_or_fail(s, bench_fence(s->b, &fence));
}

uint64_t scene_reads(const struct scene *s)
{
    return follow_stats(s->b->follower)->reads;
}

uint64_t scene_requests(const struct scene *s)
{
    return s->b->agent.requests;
}

static uint64_t mix_entry(uint64_t state, const struct atlas_entry *e)
{
    state = rng_mix(state + e->vpn + ((uint64_t)e->asid << 48));
    state = rng_mix(state + e->ppn + ((uint64_t)e->level << 48) + ((uint64_t)e->pbmt << 56));
    return rng_mix(state + (unsigned)(e->valid | e->g << 1 | e->napot << 2 | e->r << 3 | e->w << 4 |
                                      e->x << 5 | e->u << 6 | e->d << 7));
}

uint64_t scene_state(struct scene *s)
{
    const struct atlas *twin = follow_twin(s->b->follower);
    const struct atlas_params *p = s->b->p;
    uint64_t state = 0;
    struct atlas_entry e;

    same_or_fail(s, bench_checkpoint(s->b));
    for (unsigned port = 0; port < p->ports; port++)
        for (unsigned array = ATLAS_RB_L1; array <= ATLAS_RB_L2; array++)
            for (unsigned i = 0; atlas_read_back(twin, array, port, i, &e); i++)
                state = mix_entry(state, &e);
    for (unsigned port = 0; port <= p->ports; port++)
        state = rng_mix(state + atlas_replacement(twin, port));
    return state;
}

/* ---- What must come ------------------------------------------------------------------------ */

void scene_expect(struct scene *s, bool holds, const char *what)
{
    if (!holds)
        fail_msg("%s: expected: %s", s->label, what);
}

unsigned scene_cause(unsigned reason, unsigned acc)
{
    static const unsigned page[] = {12, 13, 15, 15}, access[] = {1, 5, 7, 7};

    switch (reason) {
    case ATLAS_REASON_VA_WIDTH:
    case ATLAS_REASON_PTE_WIDTH:
    case ATLAS_REASON_PTE_BUS:
    case ATLAS_REASON_LEAF_WIDTH:
    case ATLAS_REASON_AD_BUS: return access[acc];
    default: return page[acc];
    }
}

static void check_ok(struct scene *s, const struct atlas_req *req, const struct atlas_rsp *rsp,
                     uint64_t pa)
{
    if (rsp->fault || rsp->killed || rsp->pa != pa || rsp->id != req->id)
        fail_msg("%s: va 0x%llx: expected pa 0x%llx, got 0x%llx, reason %s", s->label,
                 (unsigned long long)req->va, (unsigned long long)pa, (unsigned long long)rsp->pa,
                 atlas_reason_name(rsp->reason));
}

void scene_expect_ok(struct scene *s, const struct atlas_req *req, uint64_t pa, unsigned level)
{
    struct atlas_rsp rsp = scene_access(s, req);

    check_ok(s, req, &rsp, pa);
    scene_expect(s, rsp.level == level, "the level of the leaf");
}

void scene_expect_fault(struct scene *s, const struct atlas_req *req, unsigned reason)
{
    struct atlas_rsp rsp = scene_access(s, req);

    if (!rsp.fault || rsp.reason != reason || rsp.cause != scene_cause(reason, req->acc) ||
        rsp.pa != 0)
        fail_msg("%s: va 0x%llx: expected %s, cause %u, got %s, cause %u, pa 0x%llx", s->label,
                 (unsigned long long)req->va, atlas_reason_name(reason),
                 scene_cause(reason, req->acc), atlas_reason_name(rsp.reason), rsp.cause,
                 (unsigned long long)rsp.pa);
}

void scene_expect_hit(struct scene *s, const struct atlas_req *req, uint64_t pa)
{
    uint64_t before = scene_reads(s);
    struct atlas_rsp rsp = scene_access(s, req);

    check_ok(s, req, &rsp, pa);
    scene_expect(s, scene_reads(s) == before, "a hit: no PTE is read");
}

void scene_expect_walk(struct scene *s, const struct atlas_req *req, uint64_t pa)
{
    uint64_t before = scene_reads(s);
    struct atlas_rsp rsp = scene_access(s, req);

    check_ok(s, req, &rsp, pa);
    scene_expect(s, scene_reads(s) > before, "a walk: PTEs are read");
}
