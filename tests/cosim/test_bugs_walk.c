/* test_bugs_walk: what a page-table walk found, and what real walkers got wrong in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene.h"

enum { PPN = 0x1234 }; /* of the leaf that most tests map */

static uint64_t pa_of(uint64_t va)
{
    return (uint64_t)PPN * ATLAS_PAGE_SIZE + va % ATLAS_PAGE_SIZE;
}

/* A PTE that lets `req` in, broken so that exactly `reason` refuses it; 0 if it cannot be here. */
static uint64_t broken_leaf(const struct scene *s, unsigned reason, struct atlas_req *req)
{
    uint64_t good = scene_pte(s, PPN, SCENE_RWXAD);
    bool sv32 = s->levels == 2;

    switch (reason) {
    case ATLAS_REASON_INVALID: return good & ~ATLAS_MASK(PTE_V);
    case ATLAS_REASON_W_NO_R: return good & ~ATLAS_MASK(PTE_R);
    case ATLAS_REASON_RESERVED: return sv32 ? 0 : good | UINT64_C(1) << 57;
    case ATLAS_REASON_NAPOT: return sv32 ? 0 : good | ATLAS_MASK(PTE64_N);
    case ATLAS_REASON_NO_LEAF: return scene_pte(s, PPN, ATLAS_MASK(PTE_V));
    case ATLAS_REASON_S_PAGE: req->priv = ATLAS_PRIV_U; return good;
    case ATLAS_REASON_U_PAGE: return good | ATLAS_MASK(PTE_U);
    case ATLAS_REASON_NO_X: req->acc = ATLAS_ACC_FETCH; return good & ~ATLAS_MASK(PTE_X);
    case ATLAS_REASON_NO_R: return good & ~(ATLAS_MASK(PTE_R) | ATLAS_MASK(PTE_W));
    case ATLAS_REASON_NO_W: req->acc = ATLAS_ACC_STORE; return good & ~ATLAS_MASK(PTE_W);
    case ATLAS_REASON_A_CLEAR: return good & ~ATLAS_MASK(PTE_A);
    case ATLAS_REASON_D_CLEAR: req->acc = ATLAS_ACC_AMO; return good & ~ATLAS_MASK(PTE_D);
    default: return 0;
    }
}

/* B6 */
static void fault_leaves_the_tlbs(struct scene *s)
{
    for (unsigned reason = ATLAS_REASON_INVALID; reason <= ATLAS_REASON_D_CLEAR; reason++) {
        struct atlas_req req = scene_req(scene_high(s), ATLAS_ACC_LOAD);
        uint64_t pte = broken_leaf(s, reason, &req), before, reads;

        if (pte == 0)
            continue;
        scene_again(s);
        scene_warm(s, req.va);
        scene_map(s, req.va, 0, pte);
        before = s->port == 0 ? scene_state(s) : 0; /* takes time: one port will do */
        scene_expect_fault(s, &req, reason);
        reads = scene_reads(s);
        scene_expect_fault(s, &req, reason);
        scene_expect(s, scene_reads(s) > reads, "a second fault comes from a fresh walk");
        scene_expect(s, before == 0 || scene_state(s) == before, "a fault leaves the TLBs alone");
        scene_set(
            s, req.va, 0,
            scene_pte(s, PPN, SCENE_RWXAD | (req.priv == ATLAS_PRIV_U ? ATLAS_MASK(PTE_U) : 0)));
        scene_expect_ok(s, &req, pa_of(req.va), 0);
    }
}

/* B7 */
static void bus_error_on_every_level(struct scene *s)
{
    for (unsigned acc = ATLAS_ACC_FETCH; acc <= ATLAS_ACC_AMO; acc++)
        for (unsigned level = 0; level < s->levels; level++) {
            struct atlas_req req = scene_req(scene_low(s), acc);

            scene_again(s);
            scene_map(s, req.va, 0, scene_pte(s, PPN, SCENE_RWXAD));
            scene_fail(s, req.va, level, false);
            scene_expect_fault(s, &req, ATLAS_REASON_PTE_BUS);
            scene_expect_ok(s, &req, pa_of(req.va), 0);
            scene_warm(s, req.va);
            scene_expect_hit(s, &req, pa_of(req.va));
        }
}

/* B8 */
static void bus_error_then_page_fault_then_access_fault(struct scene *s)
{
    struct atlas_req req = scene_req(scene_low(s), ATLAS_ACC_STORE);
    uint64_t beyond = s->b->p->pa_bits < 34 + 22 * (s->levels > 2) ? UINT64_C(1) << 43 : 0;

    scene_warm(s, req.va);
    scene_map(s, req.va, 0, scene_pte(s, PPN, 0)); /* not valid, but nobody can know */
    scene_fail(s, req.va, 0, false);
    scene_expect_fault(s, &req, ATLAS_REASON_PTE_BUS);
    scene_expect_fault(s, &req, ATLAS_REASON_INVALID);
    if (beyond == 0)
        return;
    scene_set(s, req.va, 0, scene_pte(s, beyond, SCENE_RWXAD & ~ATLAS_MASK(PTE_W)));
    scene_expect_fault(s, &req, ATLAS_REASON_NO_W);
    scene_set(s, req.va, 0, scene_pte(s, beyond, SCENE_RWXAD & ~ATLAS_MASK(PTE_D)));
    scene_expect_fault(s, &req, ATLAS_REASON_D_CLEAR);
    scene_set(s, req.va, 0, scene_pte(s, beyond, SCENE_RWXAD));
    scene_expect_fault(s, &req, ATLAS_REASON_LEAF_WIDTH);
    s->b->in->cfg.adue = true;
    scene_set(s, req.va, 0, scene_pte(s, beyond, SCENE_RWXAD & ~ATLAS_MASK(PTE_D)));
    scene_expect_fault(s, &req, ATLAS_REASON_LEAF_WIDTH);
    scene_expect(s, (scene_get(s, req.va, 0) & ATLAS_MASK(PTE_D)) == 0, "no update before a fault");
}

/* B9 */
static void ppn_beyond_the_physical_width(struct scene *s)
{
    struct atlas_req req = scene_req(scene_high(s), ATLAS_ACC_FETCH);
    unsigned ppn_bits = s->levels == 2 ? 22 : 44;
    uint64_t requests;

    for (unsigned bit = s->b->p->pa_bits - ATLAS_PAGE_SHIFT; bit < ppn_bits; bit++) {
        uint64_t beyond = UINT64_C(1) << bit;

        scene_again(s);
        scene_map(s, req.va, 0, scene_pte(s, PPN, SCENE_RWXAD));
        requests = scene_requests(s);
        scene_satp(s, s->root | beyond, 1);
        scene_expect_fault(s, &req, ATLAS_REASON_PTE_WIDTH);
        scene_expect(s, scene_requests(s) == requests, "no read below a root that does not fit");
        scene_satp(s, s->root ^ beyond, 1);
        for (unsigned level = s->levels - 1; level > 0; level--) {
            uint64_t pte = scene_get(s, req.va, level);

            scene_set(s, req.va, level, pte | scene_pte(s, beyond, 0));
            requests = scene_requests(s);
            scene_expect_fault(s, &req, ATLAS_REASON_PTE_WIDTH);
            scene_expect(s, scene_requests(s) - requests <= s->levels - level,
                         "no read at a wrapped address");
            bench_set_pte(s->b, scene_pte_addr(s, req.va, level) / ATLAS_PAGE_SIZE,
                          (unsigned)(scene_pte_addr(s, req.va, level) % ATLAS_PAGE_SIZE / 8), pte);
        }
        scene_set(s, req.va, 0, scene_pte(s, PPN | beyond, SCENE_RWXAD));
        scene_expect_fault(s, &req, ATLAS_REASON_LEAF_WIDTH);
    }
}

/* B10 */
static void every_reserved_bit_of_a_pointer(struct scene *s)
{
    uint64_t bits = ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D) | ATLAS_MASK(PTE_U);
    struct atlas_req req = scene_req(scene_low(s), ATLAS_ACC_LOAD);

    if (s->levels > 2)
        bits |= ATLAS_MASK(PTE64_N) | ATLAS_MASK(PTE64_PBMT) | ATLAS_MASK(PTE64_RESERVED);
    scene_map(s, req.va, 0, scene_pte(s, PPN, SCENE_RWXAD));
    for (unsigned level = 1; level < s->levels; level++)
        for (unsigned bit = 0; bit < 64; bit++) {
            uint64_t flag = bits & UINT64_C(1) << bit, addr = scene_pte_addr(s, req.va, level);
            uint64_t pte = scene_get(s, req.va, level);
            bool reserved = (flag & ATLAS_MASK(PTE64_RESERVED)) != 0;

            if (flag == 0)
                continue;
            scene_set(s, req.va, level, pte | flag);
            scene_fence(s, true, req.va, false, 0);
            scene_expect_fault(s, &req, reserved ? ATLAS_REASON_RESERVED : ATLAS_REASON_PTR_ATTR);
            bench_set_pte(s->b, addr / ATLAS_PAGE_SIZE,
                          (unsigned)(addr % ATLAS_PAGE_SIZE) / s->b->memory.pte_bytes, pte);
            scene_expect_ok(s, &req, pa_of(req.va), 0);
        }
}

/* B11 */
static void misaligned_superpage(struct scene *s)
{
    unsigned ppn_bits = s->b->p->pa_bits - ATLAS_PAGE_SHIFT;

    for (unsigned level = 1; level < s->levels; level++) {
        struct atlas_req req = scene_req(scene_high(s), ATLAS_ACC_LOAD);
        unsigned inside = level * scene_slice_bits(s);
        uint64_t size = scene_page_size(s, level), frame;

        if (inside >= ppn_bits)
            continue;                                       /* larger than physical memory */
        frame = (ATLAS_ONES(ppn_bits) >> inside) << inside; /* all ones: an OR would show */
        for (unsigned bit = 0; bit < inside; bit++) {
            scene_map(s, req.va, level, scene_pte(s, frame | UINT64_C(1) << bit, SCENE_RWXAD));
            scene_expect_fault(s, &req, ATLAS_REASON_MISALIGNED);
        }
        scene_map(s, req.va, level, scene_pte(s, frame, SCENE_RWXAD));
        for (unsigned i = 0; i < 8; i++, req.va ^= size / 2 >> i) {
            uint64_t pa = frame * ATLAS_PAGE_SIZE + req.va % size;

            scene_expect_ok(s, &req, pa, level);
            scene_expect_hit(s, &req, pa);
        }
        scene_again(s);
    }
}

/* B12 */
static void pointer_at_the_last_level(struct scene *s)
{
    struct atlas_req req = scene_req(scene_low(s), ATLAS_ACC_AMO);
    uint64_t reads = s->levels, before;

    scene_warm(s, req.va);
    if (s->warm && s->b->p->walk_cache != 0)
        reads = 1;
    scene_map(s, req.va, 0, scene_pte(s, PPN, ATLAS_MASK(PTE_V)));
    before = scene_requests(s);
    scene_expect_fault(s, &req, ATLAS_REASON_NO_LEAF);
    scene_expect(s, scene_requests(s) - before == reads, "as many reads as there are levels");
}

/* One compare-and-swap, as memory saw it last: exactly these values. */
static void expect_cas(struct scene *s, uint64_t va, uint64_t old, uint64_t new_value)
{
    const struct mem_request *r = &s->b->agent.request;

    scene_expect(s,
                 r->cas && r->addr == scene_pte_addr(s, va, 0) && r->old == old &&
                     r->new_value == new_value,
                 "a compare-and-swap of exactly the bits that the access needs");
}

/* B22 */
static void hardware_update_of_a_and_d(struct scene *s)
{
    struct atlas_req load = scene_req(scene_low(s), ATLAS_ACC_LOAD);
    struct atlas_req store = scene_req(load.va, ATLAS_ACC_STORE);
    uint64_t none = scene_pte(s, PPN, SCENE_RWXAD) & ~(ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D));
    uint64_t a = none | ATLAS_MASK(PTE_A), ad = a | ATLAS_MASK(PTE_D);
    uint64_t before;

    s->b->in->cfg.adue = true;
    scene_warm(s, load.va);
    scene_map(s, load.va, 0, none);
    scene_expect_ok(s, &load, pa_of(load.va), 0);
    expect_cas(s, load.va, none, a);
    scene_expect(s, scene_get(s, load.va, 0) == a, "a load sets A, not D");
    scene_expect_hit(s, &load, pa_of(load.va));
    scene_expect_ok(s, &store, pa_of(load.va), 0);
    expect_cas(s, load.va, a, ad);
    scene_expect(s, scene_get(s, load.va, 0) == ad, "a store after a load sets D");
    scene_expect_hit(s, &store, pa_of(load.va));

    /* A store sets both at once: D never stands without A. */
    scene_fence(s, false, 0, false, 0);
    scene_set(s, load.va, 0, none);
    scene_expect_ok(s, &store, pa_of(load.va), 0);
    expect_cas(s, load.va, none, ad);

    /* Never on a faulting access. */
    scene_fence(s, false, 0, false, 0);
    scene_set(s, load.va, 0, none & ~ATLAS_MASK(PTE_W));
    scene_expect_fault(s, &store, ATLAS_REASON_NO_W);
    scene_expect(s, scene_get(s, load.va, 0) == (none & ~ATLAS_MASK(PTE_W)),
                 "no update on a fault");

    /* A failed update is an access fault and fills nothing. */
    scene_set(s, load.va, 0, none);
    before = s->port == 0 ? scene_state(s) : 0;
    scene_fail(s, load.va, 0, true);
    scene_expect_fault(s, &store, ATLAS_REASON_AD_BUS);
    scene_expect(s, scene_get(s, load.va, 0) == none, "a failed update writes nothing");
    scene_expect(s, before == 0 || scene_state(s) == before, "a failed update fills nothing");
    scene_expect_ok(s, &store, pa_of(load.va), 0);
}

/* B22: the PTE changes between its read and the compare-and-swap, in every cycle. */
static void changed_pte_is_walked_again(struct scene *s)
{
    struct atlas_req req = scene_req(scene_high(s), ATLAS_ACC_STORE);
    uint64_t old = scene_pte(s, PPN, SCENE_RWXAD) & ~ATLAS_MASK(PTE_D);
    uint64_t changed = scene_pte(s, PPN + 1, SCENE_RWXAD) & ~ATLAS_MASK(PTE_A);
    uint64_t failed = follow_stats(s->b->follower)->cas_fails;

    for (unsigned cycle = 0; cycle < 40; cycle++) {
        struct atlas_rsp rsp;

        scene_fence(s, true, req.va, false, 0);
        s->b->in->cfg.adue = true;
        s->b->agent.latency = 3;
        scene_warm(s, req.va);
        scene_map(s, req.va, 0, old);
        bench_send(s->b, s->port, &req);
        scene_cycles(s, cycle);
        scene_set(s, req.va, 0, changed);
        rsp = scene_take(s, s->port);
        if (rsp.pa == pa_of(req.va) + ATLAS_PAGE_SIZE)
            scene_expect(
                s, scene_get(s, req.va, 0) == (changed | ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D)),
                "the changed PTE is updated");
        else
            scene_expect(s, rsp.pa == pa_of(req.va) && scene_get(s, req.va, 0) == changed,
                         "the old PTE, if its update came first");
    }
    scene_expect(s, follow_stats(s->b->follower)->cas_fails > failed,
                 "some compare-and-swap has found a changed PTE");
}

/* B23 */
static void svade_faults_and_writes_nothing(struct scene *s)
{
    uint64_t none = scene_pte(s, PPN, SCENE_RWXAD) & ~(ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D));
    struct atlas_req req = scene_req(scene_low(s), ATLAS_ACC_FETCH);

    scene_warm(s, req.va);
    for (unsigned acc = ATLAS_ACC_FETCH; acc <= ATLAS_ACC_AMO; acc++) {
        req.acc = (uint8_t)acc;
        for (unsigned d = 0; d < 2; d++) { /* D does not make up for A */
            uint64_t pte = none | (d != 0 ? ATLAS_MASK(PTE_D) : 0);

            scene_map(s, req.va, 0, pte);
            scene_expect_fault(s, &req, ATLAS_REASON_A_CLEAR);
            scene_expect(s, scene_get(s, req.va, 0) == pte, "memory is unchanged");
        }
        scene_map(s, req.va, 0, none | ATLAS_MASK(PTE_A));
        if (acc >= ATLAS_ACC_STORE)
            scene_expect_fault(s, &req, ATLAS_REASON_D_CLEAR);
        else
            scene_expect_ok(s, &req, pa_of(req.va), 0);
        scene_expect(s, scene_get(s, req.va, 0) == (none | ATLAS_MASK(PTE_A)),
                     "memory is unchanged");
        scene_fence(s, true, req.va, false, 0);
    }
}

/* B24 */
static void napot_page(struct scene *s)
{
    uint64_t base = scene_high(s) & ~UINT64_C(0xffff), n = ATLAS_MASK(PTE64_N);
    struct atlas_req req = scene_req(base + 0x123, ATLAS_ACC_LOAD);

    if (s->levels == 2)
        return;
    scene_warm(s, base + 0x10000);
    for (unsigned i = 0; i < 16; i++)
        scene_map(s, base + i * ATLAS_PAGE_SIZE, 0, scene_pte(s, 0x4568, SCENE_RWXAD) | n);
    for (unsigned from = 0; from < 16; from++) {
        for (unsigned i = 0; i < 16; i++) {
            req.va = base + (from + i) % 16 * ATLAS_PAGE_SIZE + 0x123;
            if (i == 0)
                scene_expect_walk(s, &req, 0x4560000 + req.va % 0x10000);
            else
                scene_expect_hit(s, &req, 0x4560000 + req.va % 0x10000);
        }
        scene_fence(s, true, req.va, false, 0);
    }
    for (unsigned low = 0; low < 16; low++) {
        scene_map(s, req.va, 0, scene_pte(s, 0x4560 + low, SCENE_RWXAD) | n);
        scene_fence(s, true, req.va, false, 0);
        if (low == 8)
            scene_expect_ok(s, &req, 0x4560000 + req.va % 0x10000, 0);
        else
            scene_expect_fault(s, &req, ATLAS_REASON_NAPOT);
    }
    scene_fence(s, true, req.va, false, 0);
    s->b->in->cfg.napote = false;
    scene_map(s, req.va, 0, scene_pte(s, 0x4568, SCENE_RWXAD) | n);
    scene_expect_fault(s, &req, ATLAS_REASON_RESERVED);
    s->b->in->cfg.napote = true;
    scene_again(s);
    scene_map(s, req.va, 1, scene_pte(s, 0, SCENE_RWXAD) | n);
    scene_expect_fault(s, &req, ATLAS_REASON_NAPOT);
}

/* B29 */
static void failed_d_update_of_a_hit(struct scene *s)
{
    struct atlas_req load = scene_req(scene_high(s), ATLAS_ACC_LOAD);
    struct atlas_req store = scene_req(load.va, ATLAS_ACC_STORE);
    uint64_t clean = scene_pte(s, PPN, SCENE_RWXAD) & ~ATLAS_MASK(PTE_D);

    s->b->in->cfg.adue = true;
    scene_warm(s, load.va);
    scene_map(s, load.va, 0, clean);
    scene_expect_ok(s, &load, pa_of(load.va), 0);
    for (unsigned i = 0; i < 3; i++) {
        scene_fail(s, load.va, 0, true);
        scene_expect_fault(s, &store, ATLAS_REASON_AD_BUS);
        scene_expect(s, scene_get(s, load.va, 0) == clean, "memory keeps D = 0");
        scene_expect_hit(s, &load, pa_of(load.va));
    }
    scene_expect_walk(s, &store, pa_of(load.va));
    scene_expect(s, scene_get(s, load.va, 0) == (clean | ATLAS_MASK(PTE_D)), "D is set at last");
}

#define SCENE_TEST(function)                                                                       \
    static void test_##function(void **state)                                                      \
    {                                                                                              \
        (void)state;                                                                               \
        scene_each(function);                                                                      \
    }

SCENE_TEST(fault_leaves_the_tlbs)
SCENE_TEST(bus_error_on_every_level)
SCENE_TEST(bus_error_then_page_fault_then_access_fault)
SCENE_TEST(ppn_beyond_the_physical_width)
SCENE_TEST(every_reserved_bit_of_a_pointer)
SCENE_TEST(misaligned_superpage)
SCENE_TEST(pointer_at_the_last_level)
SCENE_TEST(hardware_update_of_a_and_d)
SCENE_TEST(changed_pte_is_walked_again)
SCENE_TEST(svade_faults_and_writes_nothing)
SCENE_TEST(napot_page)
SCENE_TEST(failed_d_update_of_a_hit)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fault_leaves_the_tlbs),
        cmocka_unit_test(test_bus_error_on_every_level),
        cmocka_unit_test(test_bus_error_then_page_fault_then_access_fault),
        cmocka_unit_test(test_ppn_beyond_the_physical_width),
        cmocka_unit_test(test_every_reserved_bit_of_a_pointer),
        cmocka_unit_test(test_misaligned_superpage),
        cmocka_unit_test(test_pointer_at_the_last_level),
        cmocka_unit_test(test_hardware_update_of_a_and_d),
        cmocka_unit_test(test_changed_pte_is_walked_again),
        cmocka_unit_test(test_svade_faults_and_writes_nothing),
        cmocka_unit_test(test_napot_page),
        cmocka_unit_test(test_failed_d_update_of_a_hit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
