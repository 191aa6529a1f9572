/* test_bugs_order: several requests at once, kills, and everything that changes meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chaos.h"
#include "scene.h"

enum { PPN = 0x1234, OTHER_PPN = 0x2345 };

static uint64_t pa_in(uint64_t ppn, uint64_t va)
{
    return ppn * ATLAS_PAGE_SIZE + va % ATLAS_PAGE_SIZE;
}

static unsigned walk_cycles(const struct scene *s)
{
    return s->levels * (s->b->agent.latency + 2) + 8;
}

static void kill_now(struct scene *s, unsigned port, uint32_t id)
{
    s->b->in->port[port].kill_valid = true;
    s->b->in->port[port].kill_id = id;
    scene_cycles(s, 1);
}

/* Send, kill `cycle` cycles later; `fences` fences right behind. One answer, and nothing more is
 * asked of memory for a killed request than what was on offer. */
static void kill_in_cycle(struct scene *s, const struct atlas_req *req, unsigned cycle,
                          unsigned fences)
{
    struct atlas_rsp rsp;
    uint64_t requests, answered = s->b->port[s->port].answered;

    scene_fence(s, true, req->va, false, 0);
    bench_send(s->b, s->port, req);
    scene_cycles(s, cycle);
    kill_now(s, s->port, req->id);
    requests = scene_requests(s) + bench_offered(s->b);
    for (unsigned i = 0; i < fences; i++)
        scene_fence(s, i % 2 != 0, req->va, false, 0);
    rsp = scene_take(s, s->port);
    scene_expect(s, rsp.id == req->id && !rsp.fault, "the answer of the request");
    scene_expect(s, rsp.killed || rsp.pa == pa_in(PPN, req->va), "killed, or the right address");
    if (rsp.killed)
        scene_expect(s, scene_requests(s) <= requests, "no reads for a killed walk");
    scene_cycles(s, s->b->agent.latency + 8); /* a late memory answer */
    scene_expect(s, s->b->port[s->port].answered == answered + 1, "exactly one answer");
}

/* B4 */
static void kill_in_every_cycle_of_a_walk(struct scene *s)
{
    struct atlas_req req = scene_req(scene_high(s), ATLAS_ACC_STORE);

    s->b->in->cfg.adue = true;
    for (unsigned latency = 1; latency <= 20; latency++) {
        s->b->agent.latency = latency;
        scene_warm(s, req.va);
        for (unsigned cycle = 0; cycle < walk_cycles(s); cycle++) {
            req.id = cycle & 1;
            scene_map(s, req.va, 0, scene_pte(s, PPN, SCENE_RWXAD & ~ATLAS_MASK(PTE_D)));
            kill_in_cycle(s, &req, cycle, latency == 3 || latency == 9 ? cycle % 4 : 0);
        }
        scene_expect_ok(s, &req, pa_in(PPN, req.va), 0);
    }
}

/* B5 */
static void faulting_walk_and_a_miss_behind_it(struct scene *s)
{
    unsigned other = (s->port + 1) % s->b->p->ports;
    struct atlas_req bad = scene_req(scene_low(s), ATLAS_ACC_STORE);
    struct atlas_req good = scene_req(scene_high(s), ATLAS_ACC_FETCH);
    struct atlas_rsp rsp;
    uint64_t reads;

    if (other == s->port)
        return;
    bad.id = 3;
    good.id = 9;
    for (unsigned apart = 0; apart < 8; apart++) {
        scene_fence(s, false, 0, false, 0);
        scene_warm(s, bad.va);
        scene_map(s, bad.va, 0, scene_pte(s, 0, 0));
        scene_map(s, good.va, 0, scene_pte(s, PPN, SCENE_RWXAD));
        reads = scene_reads(s);
        s->b->port[other].read = s->b->port[other].answered;
        bench_send(s->b, s->port, &bad);
        scene_cycles(s, apart);
        bench_send(s->b, other, &good);
        rsp = scene_take(s, s->port);
        scene_expect(s, rsp.fault && rsp.cause == ATLAS_CAUSE_STORE_PAGE && rsp.id == 3,
                     "the fault of the first request");
        rsp = scene_take(s, other);
        scene_expect(s, !rsp.fault && rsp.pa == pa_in(PPN, good.va) && rsp.id == 9,
                     "the translation of the second");
        scene_expect(s, scene_reads(s) >= reads + 1 + s->levels, "the second walk really runs");
    }
}

/* B13 */
static void hits_of_all_sizes_at_full_rate(struct scene *s)
{
    struct bench *b = s->b;
    uint64_t va[4] = {scene_low(s), scene_high(s)}, pa[4] = {pa_in(PPN, va[0])}, cycle;
    unsigned kinds = 1;

    scene_map(s, va[0], 0, scene_pte(s, PPN, SCENE_RWXAD));
    if (s->levels > 2) { /* 64 KiB */
        va[kinds] = (scene_high(s) & ~UINT64_C(0xffff)) | 0x3456;
        pa[kinds] = UINT64_C(0x7780000) + 0x3456;
        for (unsigned i = 0; i < 16; i++)
            scene_map(s, (va[kinds] & ~UINT64_C(0xffff)) + i * ATLAS_PAGE_SIZE, 0,
                      scene_pte(s, 0x7788, SCENE_RWXAD) | ATLAS_MASK(PTE64_N));
        kinds++;
    }
    for (unsigned level = 1; level < s->levels && level < 3 && kinds < 4; level++) {
        uint64_t size = scene_page_size(s, level);

        if (size * 2 > UINT64_C(1) << b->p->pa_bits || kinds > b->p->l1_side)
            continue;
        va[kinds] = scene_low(s) ^ scene_page_size(s, s->levels - 1) ^ level * size * 2;
        pa[kinds] = size + va[kinds] % size;
        scene_map(s, va[kinds], level, scene_pte(s, size / ATLAS_PAGE_SIZE, SCENE_RWXAD));
        kinds++;
    }
    for (unsigned i = 0; i < kinds; i++) {
        struct atlas_req req = scene_req(va[i], ATLAS_ACC_LOAD);

        scene_access(s, &req);
    }
    for (unsigned round = 0; round < 4; round++) {
        unsigned sent[BENCH_QUEUE / 2];

        cycle = rtl_cycles(b->rtl);
        for (unsigned i = 0; i < BENCH_QUEUE / 2; i++) {
            struct atlas_req req;

            sent[i] = (unsigned)rng_below(&b->rng, kinds);
            req = scene_req(va[sent[i]] ^ (i & 3) << 4, ATLAS_ACC_LOAD);
            req.id = i & 1;
            bench_send(b, s->port, &req);
        }
        for (unsigned i = 0; i < BENCH_QUEUE / 2; i++) {
            struct atlas_rsp rsp = scene_take(s, s->port);

            scene_expect(s, !rsp.fault && rsp.pa == (pa[sent[i]] ^ (i & 3) << 4),
                         "the right address for every hit");
        }
        scene_expect(s, rtl_cycles(b->rtl) - cycle <= BENCH_QUEUE / 2 + 2, "one hit a cycle");
    }
}

/* B17 */
static void non_canonical_beside_good_ones(struct scene *s)
{
    unsigned va_bits = ATLAS_PAGE_SHIFT + s->levels * scene_slice_bits(s);
    struct atlas_req good[2] = {scene_req(scene_low(s), ATLAS_ACC_LOAD),
                                scene_req(scene_high(s), ATLAS_ACC_LOAD)};

    if (s->levels == 2)
        return;
    scene_warm(s, good[0].va);
    for (unsigned i = 0; i < 2; i++) {
        scene_map(s, good[i].va, 0, scene_pte(s, PPN, SCENE_RWXAD));
        scene_expect_ok(s, &good[i], pa_in(PPN, good[i].va), 0);
        for (unsigned bit = va_bits - 1; bit < 64; bit++) {
            struct atlas_req bad = good[i];
            struct atlas_rsp rsp;

            bad.va ^= bit == va_bits - 1 ? ATLAS_ONES(64 - bit) / 2 << bit : UINT64_C(1) << bit;
            bad.id = 1;
            bench_send(s->b, s->port, &good[i]);
            bench_send(s->b, s->port, &bad);
            bench_send(s->b, s->port, &good[i]);
            rsp = scene_take(s, s->port);
            scene_expect(s, !rsp.fault && rsp.id == good[i].id, "the good one before");
            rsp = scene_take(s, s->port);
            scene_expect(s, rsp.reason == ATLAS_REASON_NONCANONICAL && rsp.id == 1,
                         "the bad one faults");
            rsp = scene_take(s, s->port);
            scene_expect(s, !rsp.fault && rsp.id == good[i].id, "the good one behind it");
        }
    }
}

/* B20 */
static void configuration_toggles_during_a_walk(struct scene *s)
{
    uint64_t va = scene_high(s);
    uint64_t pte = scene_pte(s, PPN, (SCENE_RWXAD & ~ATLAS_MASK(PTE_D)) | ATLAS_MASK(PTE_U));
    struct atlas_cfg cfg = s->b->in->cfg;

    s->b->agent.latency = 3;
    for (unsigned i = 0; i < 64; i++) {
        struct atlas_req req = scene_req(va, i & 1 ? ATLAS_ACC_STORE : ATLAS_ACC_LOAD);
        bool may = (i & 2) != 0; /* sum; without it a supervisor may not use this page */
        struct atlas_rsp rsp;

        cfg.adue = (i & 4) != 0;
        req.sum = may;
        s->b->in->cfg = cfg;
        scene_map(s, va, 0, pte);
        scene_fence(s, true, va, false, 0);
        scene_warm(s, va);
        bench_send(s->b, s->port, &req);
        while (bench_accepted(s->b, s->port) == 0 && bench_open_requests(s->b, s->port) > 0)
            scene_cycles(s, 1);
        while (bench_open_requests(s->b, s->port) >
               0) { /* the lines of the request are scrambled */
            s->b->in->cfg.satp = rng_next(&s->b->rng);
            s->b->in->cfg.adue = !s->b->in->cfg.adue;
            s->b->in->cfg.pbmte = !s->b->in->cfg.pbmte;
            s->b->in->cfg.napote = !s->b->in->cfg.napote;
            s->b->in->cfg.tlb_off = !s->b->in->cfg.tlb_off;
            scene_cycles(s, 1);
        }
        rsp = scene_take(s, s->port);
        if (!may)
            scene_expect(s, rsp.reason == ATLAS_REASON_U_PAGE, "sum as at the request");
        else if ((i & 1) != 0 && !cfg.adue)
            scene_expect(s, rsp.reason == ATLAS_REASON_D_CLEAR, "adue as at the request");
        else
            scene_expect(s, !rsp.fault && rsp.pa == pa_in(PPN, va), "satp as at the request");
        s->b->in->cfg = cfg;
    }
}

/* B26 */
static void killed_request_leaves_the_tlbs(struct scene *s)
{
    struct atlas_req req = scene_req(scene_low(s), ATLAS_ACC_LOAD);
    uint64_t size = scene_page_size(s, 1), before;

    if (s->port > 0)
        return; /* takes time: one port will do */
    s->b->in->cfg.adue = true;
    s->b->agent.latency = 2;
    scene_warm(s, scene_high(s));
    for (unsigned large = 0; large < 2; large++)
        for (unsigned cycle = 0; cycle < walk_cycles(s); cycle += 2 + large) {
            struct atlas_rsp rsp;
            uint64_t pte = scene_pte(s, large ? size / ATLAS_PAGE_SIZE : PPN,
                                     SCENE_RWXAD & ~ATLAS_MASK(PTE_A));

            before = scene_state(s);
            if (large == 0)
                scene_map(s, req.va, 0, pte);
            else
                scene_set(s, req.va, 1, pte);
            bench_send(s->b, s->port, &req);
            scene_cycles(s, cycle);
            kill_now(s, s->port, req.id);
            rsp = scene_take(s, s->port);
            scene_expect(s, !rsp.killed || scene_state(s) == before,
                         "a killed request leaves TLBs and replacement state alone");
            scene_fence(s, true, req.va, false, 0);
        }
}

/* B30 */
static void accesses_that_cross_a_page(struct scene *s)
{
    struct atlas_req first = scene_req(scene_low(s) | 0xfff, ATLAS_ACC_LOAD);
    struct atlas_req second = scene_req(first.va + 1, ATLAS_ACC_LOAD);

    second.id = 2;
    s->b->agent.latency = 2;
    for (unsigned cycle = 0; cycle < 2 * walk_cycles(s); cycle++) {
        struct atlas_rsp rsp[2];

        scene_fence(s, false, 0, false, 0);
        scene_warm(s, first.va);
        scene_map(s, first.va, 0, scene_pte(s, PPN, SCENE_RWXAD));
        scene_map(s, second.va, 0, scene_pte(s, PPN + 1, SCENE_RWXAD));
        bench_send(s->b, s->port, &first);
        bench_send(s->b, s->port, &second);
        scene_cycles(s, cycle);
        scene_set(s, second.va, 0, scene_pte(s, OTHER_PPN, SCENE_RWXAD));
        rsp[0] = scene_take(s, s->port);
        rsp[1] = scene_take(s, s->port);
        scene_expect(s, rsp[0].pa == pa_in(PPN, first.va) && rsp[0].id == first.id, "page one");
        scene_expect(s,
                     rsp[1].id == 2 && (rsp[1].pa == pa_in(OTHER_PPN, second.va) ||
                                        (cycle > 0 && rsp[1].pa == pa_in(PPN + 1, second.va))),
                     "page two, as its PTE was when it was read");
        scene_fence(s, true, second.va, false, 0);
        scene_expect_ok(s, &second, pa_in(OTHER_PPN, second.va), 0);
    }
}

/* B25 */
static void bounded_under_stalls_errors_and_flushes(void **state)
{
    size_t count;
    const struct rtl_build *const *builds = rtl_builds(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct bench *b = bench_open(builds[i], 25, 30000); /* a fence sweeps; many may come */
        struct chaos c;
        bool same = true;

        chaos_begin(&c, b, 25);
        for (unsigned cycle = 0; same && cycle < 60000; cycle++)
            same = chaos_cycle(&c);
        if (!same || !bench_checkpoint(b))
            fail_msg("%s: %s", builds[i]->name, bench_difference(b));
        bench_close(b);
    }
}

#define SCENE_TEST(function)                                                                       \
    static void test_##function(void **state)                                                      \
    {                                                                                              \
        (void)state;                                                                               \
        scene_each(function);                                                                      \
    }

SCENE_TEST(kill_in_every_cycle_of_a_walk)
SCENE_TEST(faulting_walk_and_a_miss_behind_it)
SCENE_TEST(hits_of_all_sizes_at_full_rate)
SCENE_TEST(non_canonical_beside_good_ones)
SCENE_TEST(configuration_toggles_during_a_walk)
SCENE_TEST(killed_request_leaves_the_tlbs)
SCENE_TEST(accesses_that_cross_a_page)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill_in_every_cycle_of_a_walk),
        cmocka_unit_test(test_faulting_walk_and_a_miss_behind_it),
        cmocka_unit_test(test_hits_of_all_sizes_at_full_rate),
        cmocka_unit_test(test_non_canonical_beside_good_ones),
        cmocka_unit_test(test_configuration_toggles_during_a_walk),
        cmocka_unit_test(test_killed_request_leaves_the_tlbs),
        cmocka_unit_test(test_accesses_that_cross_a_page),
        cmocka_unit_test(bounded_under_stalls_errors_and_flushes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
