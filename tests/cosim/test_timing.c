/* test_timing: no slower than rtl/README.md, "Timing", says. A comparison with the twin cannot see
 * that: the twin follows the RTL's order, and has no clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene.h"

enum { PPN = 0x1234, SETTLE = 4 };

static uint64_t pa_in(uint64_t va)
{
    return PPN * ATLAS_PAGE_SIZE + va % ATLAS_PAGE_SIZE;
}

static void expect_cycles(struct scene *s, uint64_t cycles, uint64_t limit, const char *what)
{
    if (cycles > limit)
        fail_msg("%s: %s: %llu cycles, expected at most %llu", s->label, what,
                 (unsigned long long)cycles, (unsigned long long)limit);
}

/* Cycles from the acceptance of a request to its answer. */
static uint64_t cycles_of(struct scene *s, const struct atlas_req *req)
{
    uint64_t begin;

    scene_cycles(s, SETTLE); /* the fill of the request before */
    begin = rtl_cycles(s->b->rtl);
    scene_access(s, req);
    return rtl_cycles(s->b->rtl) - begin - 1;
}

/* Cycles from acceptance to the one in which the last TLB misses. */
static unsigned miss_cycles(const struct scene *s)
{
    return s->b->p->l2_sets > 0 ? 3 : 1;
}

/* ---- One request --------------------------------------------------------------------------- */

static void walk_then_hits(struct scene *s)
{
    uint64_t va = scene_low(s), rival = va ^ ((1U << 12) + (1U << 4) + 1) * ATLAS_PAGE_SIZE;
    struct atlas_req req = scene_req(va, ATLAS_ACC_LOAD), other = scene_req(rival, ATLAS_ACC_LOAD);

    scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD));
    scene_map(s, rival, 0, scene_pte(s, PPN, SCENE_RWXAD)); /* in the same set of the L1 */
    for (unsigned latency = 1; latency <= 10; latency += 3) {
        uint64_t reads, cycles;

        s->b->agent.latency = latency;
        scene_fence(s, false, 0, false, 0);
        scene_warm(s, va);
        reads = scene_reads(s);
        cycles = cycles_of(s, &req);
        reads = scene_reads(s) - reads;
        scene_expect(s, reads == (s->warm && s->b->p->walk_cache != 0 ? 1 : s->levels),
                     "as many reads as levels to go");
        expect_cycles(s, cycles, miss_cycles(s) + reads * (latency + 1) + 3, "a walk");
        expect_cycles(s, cycles_of(s, &req), 1, "a hit");
        if (s->b->p->l2_sets > 0) {
            scene_access(s, &other);
            reads = scene_reads(s);
            expect_cycles(s, cycles_of(s, &req), 1 + 3, "a hit of the L2");
            scene_expect(s, scene_reads(s) == reads, "a hit of the L2, which reads nothing");
        }
    }
}

static void update_of_a_and_d(struct scene *s)
{
    uint64_t va = scene_high(s), reads;
    struct atlas_req req = scene_req(va, ATLAS_ACC_STORE);

    s->b->in->cfg.adue = true;
    scene_warm(s, va);
    for (unsigned latency = 1; latency <= 10; latency += 9) {
        uint64_t cycles;

        s->b->agent.latency = latency;
        scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD & ~ATLAS_MASK(PTE_D)));
        scene_fence(s, true, va, false, 0);
        reads = scene_reads(s);
        cycles = cycles_of(s, &req);
        reads = scene_reads(s) - reads;
        expect_cycles(s, cycles, miss_cycles(s) + reads * (latency + 1) + 3 + latency + 2,
                      "a walk with an update");
    }
}

static void faults_without_a_walk(struct scene *s)
{
    struct atlas_req req = scene_req(UINT64_C(1) << 62, ATLAS_ACC_LOAD);

    if (s->levels > 2)
        expect_cycles(s, cycles_of(s, &req), 1 + 3, "a non-canonical address");
}

/* ---- Fences -------------------------------------------------------------------------------- */

/* A fence by address never becomes a flush of everything. */
static void fences(struct scene *s)
{
    const struct atlas_params *p = s->b->p;
    unsigned most = p->l1_sets > p->l2_sets ? p->l1_sets : p->l2_sets;
    unsigned sets = p->l1_big > most ? p->l1_big : most;

    for (unsigned form = 0; form < 4; form++) {
        bool has_va = (form & 1) != 0;
        uint64_t begin;

        scene_cycles(s, SETTLE);
        begin = rtl_cycles(s->b->rtl);
        scene_fence(s, has_va, scene_low(s), (form & 2) != 0, 1);
        expect_cycles(s, rtl_cycles(s->b->rtl) - begin - 1, has_va ? 5 : sets + 4, "a fence");
    }
}

/* B2: after a fence the tables may be given to somebody else: when it is done no request of an
 * old walk is on its way in memory any more, least of all one that writes. */
static void fence_waits_for_memory(struct scene *s)
{
    uint64_t va = scene_high(s);
    struct atlas_req req = scene_req(va, ATLAS_ACC_STORE);
    unsigned latency = 10;

    s->b->in->cfg.adue = true;
    s->b->agent.latency = latency;
    scene_warm(s, va);
    for (unsigned cycle = 0; cycle < (s->levels + 1) * (latency + 2) + 8; cycle++) {
        scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD & ~ATLAS_MASK(PTE_D)));
        bench_send(s->b, s->port, &req);
        scene_cycles(s, cycle);
        scene_fence(s, (cycle & 1) != 0, va, false, 0);
        scene_expect(s, !mem_agent_busy(&s->b->agent),
                     "no memory request under way when the fence is done");
        scene_expect(s, scene_take(s, s->port).pa == pa_in(va), "the answer of the request");
    }
}

/* ---- Several ports ------------------------------------------------------------------------- */

/* A miss stalls only its own port. */
static void others_hit_during_a_walk(struct scene *s)
{
    enum { HITS = 16 };
    unsigned other = s->port ^ 1;
    uint64_t va = scene_low(s), begin;
    struct atlas_req hit = scene_req(va, ATLAS_ACC_LOAD);
    struct atlas_req miss = scene_req(scene_high(s), ATLAS_ACC_LOAD);
    struct scene beside = *s;

    if (other >= s->b->p->ports)
        return;
    beside.port = other;
    scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD));
    scene_expect_ok(&beside, &hit, pa_in(va), 0);
    s->b->agent.latency = 30;
    scene_cycles(s, SETTLE);
    bench_send(s->b, s->port, &miss);
    scene_cycles(s, 3);
    begin = rtl_cycles(s->b->rtl);
    for (unsigned i = 0; i < HITS; i++)
        bench_send(s->b, other, &hit);
    for (unsigned i = 0; i < HITS; i++)
        scene_expect(s, scene_take(s, other).pa == pa_in(va), "a hit");
    expect_cycles(s, rtl_cycles(s->b->rtl) - begin - 1, HITS, "hits beside a walk");
    scene_expect(s, bench_open_requests(s->b, s->port) == 1, "the walk is not over");
    scene_take(s, s->port);
}

#define IN_EVERY_SCENE(name)                                                                       \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        scene_each(name);                                                                          \
    }
IN_EVERY_SCENE(walk_then_hits)
IN_EVERY_SCENE(update_of_a_and_d)
IN_EVERY_SCENE(faults_without_a_walk)
IN_EVERY_SCENE(fences)
IN_EVERY_SCENE(fence_waits_for_memory)
IN_EVERY_SCENE(others_hit_during_a_walk)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk_then_hits),
        cmocka_unit_test(test_update_of_a_and_d),
        cmocka_unit_test(test_faults_without_a_walk),
        cmocka_unit_test(test_fences),
        cmocka_unit_test(test_fence_waits_for_memory),
        cmocka_unit_test(test_others_hit_during_a_walk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
