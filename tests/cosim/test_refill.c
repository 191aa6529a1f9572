/* test_refill: the TLBs of the builds with SW_REFILL = 1, which software fills. The test is that
 * software: it walks its tables, hands the leaf over and asks again. Every cycle is compared with
 * the twin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "scene.h"

enum { LIMIT = 5000, ASID = 1, CYCLES_OF_REFILL = 4 };

/* The request's page as a leaf of frame `number` at this level. */
static struct atlas_refill leaf_for(const struct scene *s, uint64_t va, unsigned level,
                                    uint64_t number, uint64_t flags)
{
    return (struct atlas_refill){
        .port = s->port,
        .va = va,
        .asid = ASID,
        .level = (uint8_t)level,
        .pte = scene_pte(s, number << level * scene_slice_bits(s), flags),
    };
}

static unsigned give(struct scene *s, const struct atlas_refill *refill)
{
    unsigned reason;

    if (!bench_refill(s->b, refill, &reason))
        fail_msg("%s: %s", s->label, bench_difference(s->b));
    return reason;
}

static void expect_given(struct scene *s, const struct atlas_refill *refill)
{
    unsigned reason = give(s, refill);

    if (reason != ATLAS_REASON_NONE)
        fail_msg("%s: va 0x%llx: refused: %s", s->label, (unsigned long long)refill->va,
                 atlas_reason_name(reason));
}

static uint64_t pa_of(const struct scene *s, const struct atlas_refill *refill)
{
    uint64_t inside = scene_page_size(s, refill->level) - 1;
    uint64_t frame =
        s->levels == 2 ? ATLAS_GET(refill->pte, PTE32_PPN) : ATLAS_GET(refill->pte, PTE64_PPN);

    return (frame << ATLAS_PAGE_SHIFT & ~inside) | (refill->va & inside);
}

/* X3: a miss is a page fault of the access's own kind; after the refill the access is a hit. */
static void miss_refill_restart(struct scene *s)
{
    for (unsigned level = 0; level < s->levels; level++) {
        for (unsigned acc = ATLAS_ACC_FETCH; acc <= ATLAS_ACC_AMO; acc++) {
            uint64_t va = acc % 2 != 0 ? scene_low(s) : scene_high(s);
            struct atlas_refill refill = leaf_for(s, va, level, 3 + acc, SCENE_RWXAD);
            struct atlas_req req = scene_req(va, acc);

            if (s->b->p->pa_bits < ATLAS_PAGE_SHIFT + level * scene_slice_bits(s) + 4)
                continue;
            scene_fence(s, false, 0, false, 0);
            scene_expect_fault(s, &req, ATLAS_REASON_TLB_MISS);
            expect_given(s, &refill);
            scene_expect_ok(s, &req, pa_of(s, &refill), level);
            scene_fence(s, true, va, false, 0);
            scene_expect_fault(s, &req, ATLAS_REASON_TLB_MISS);
        }
    }
    scene_expect(s, scene_requests(s) == 0, "memory is never asked");
}

/* What an entry may not answer is a miss, too: a store to a clean page, a user's access. */
static void refused_by_the_entry(struct scene *s)
{
    uint64_t clean = SCENE_RWXAD & ~ATLAS_MASK(PTE_D);
    struct atlas_refill refill = leaf_for(s, scene_low(s), 0, 5, clean);
    struct atlas_req load = scene_req(refill.va, ATLAS_ACC_LOAD);
    struct atlas_req store = scene_req(refill.va, ATLAS_ACC_STORE);
    struct atlas_req user = load;

    user.priv = ATLAS_PRIV_U;
    expect_given(s, &refill);
    scene_expect_ok(s, &load, pa_of(s, &refill), 0);
    scene_expect_fault(s, &store, ATLAS_REASON_TLB_MISS);
    scene_expect_fault(s, &user, ATLAS_REASON_TLB_MISS);
    refill.pte |= ATLAS_MASK(PTE_D);
    expect_given(s, &refill);
    scene_expect_ok(s, &store, pa_of(s, &refill), 0);
}

/* A leaf that is wrong is refused with its reason, and everything stays as it is. */
static void malformed_leaves(struct scene *s)
{
    static const struct {
        unsigned level;
        uint64_t number, flags;
        unsigned reason;
    } rows[] = {
        {0, 5, SCENE_RWXAD & ~ATLAS_MASK(PTE_V), ATLAS_REASON_INVALID},
        {0, 5, SCENE_RWXAD & ~ATLAS_MASK(PTE_R), ATLAS_REASON_W_NO_R},
        {1, 5, ATLAS_MASK(PTE_V), ATLAS_REASON_NO_LEAF},
        {0, 5, ATLAS_MASK(PTE_V), ATLAS_REASON_NO_LEAF},
        {1, 5, ATLAS_MASK(PTE_V) | ATLAS_MASK(PTE_A), ATLAS_REASON_PTR_ATTR},
        {1, 5, SCENE_RWXAD | ATLAS_SET(PTE64_PPN, 1), ATLAS_REASON_MISALIGNED},
        {0, 5, SCENE_RWXAD & ~ATLAS_MASK(PTE_A), ATLAS_REASON_A_CLEAR},
        {5, 0, SCENE_RWXAD, ATLAS_REASON_MODE},
        {7, 0, SCENE_RWXAD, ATLAS_REASON_MODE},
    };
    uint64_t before;

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct atlas_refill refill =
            leaf_for(s, scene_low(s), rows[i].level % 5, rows[i].number, rows[i].flags);
        struct atlas_req req = scene_req(refill.va, ATLAS_ACC_LOAD);

        refill.level = (uint8_t)rows[i].level;
        before = scene_state(s);
        if (give(s, &refill) != rows[i].reason)
            fail_msg("%s: row %u: expected %s", s->label, i, atlas_reason_name(rows[i].reason));
        scene_expect(s, scene_state(s) == before, "nothing is filled");
        scene_expect_fault(s, &req, ATLAS_REASON_TLB_MISS);
    }
}

/* What is refused for its address, its width, or for what is not enabled. */
static void leaves_of_64_bits(struct scene *s)
{
    struct atlas_refill refill = leaf_for(s, scene_low(s), 0, 8, SCENE_RWXAD);

    if (s->levels == 2)
        return;
    refill.va ^= UINT64_C(1) << 63;
    assert_int_equal(give(s, &refill), ATLAS_REASON_NONCANONICAL);
    refill.va = scene_low(s);
    refill.pte |= ATLAS_SET(PTE64_PPN, 1) << 43;
    assert_int_equal(give(s, &refill), ATLAS_REASON_LEAF_WIDTH);
    refill = leaf_for(s, scene_low(s), 0, 8, SCENE_RWXAD | ATLAS_MASK(PTE64_N));
    s->b->in->cfg.napote = false;
    scene_cycles(s, 1);
    assert_int_equal(give(s, &refill), ATLAS_REASON_RESERVED);
    s->b->in->cfg.napote = true;
    scene_cycles(s, 1);
    expect_given(s, &refill);
    refill.pte ^= ATLAS_SET(PTE64_PPN, 1);
    assert_int_equal(give(s, &refill), ATLAS_REASON_NAPOT);
    s->b->in->cfg.satp = 0;
    scene_cycles(s, 1);
    assert_int_equal(give(s, &refill), ATLAS_REASON_MODE);
}

/* The L2 has it for the other ports; G for all address spaces. */
static void shared_entries(struct scene *s)
{
    struct atlas_refill refill = leaf_for(s, scene_low(s), 0, 5, SCENE_RWXAD | ATLAS_MASK(PTE_G));
    struct atlas_req req = scene_req(refill.va, ATLAS_ACC_LOAD);

    expect_given(s, &refill);
    scene_satp(s, s->root, 2);
    scene_expect_ok(s, &req, pa_of(s, &refill), 0);
    s->port = (s->port + 1) % s->b->p->ports;
    if (s->b->p->l2_sets > 0)
        scene_expect_ok(s, &req, pa_of(s, &refill), 0);
    else if (s->b->p->ports > 1)
        scene_expect_fault(s, &req, ATLAS_REASON_TLB_MISS);
}

/* A refill while its port hits at full rate, and while requests wait: nothing is lost, and it is
 * done soon. */
static void refill_under_traffic(struct scene *s)
{
    struct atlas_refill hot = leaf_for(s, scene_low(s), 0, 5, SCENE_RWXAD);
    struct atlas_refill cold = leaf_for(s, scene_high(s), 0, 6, SCENE_RWXAD);
    struct atlas_req req = scene_req(hot.va, ATLAS_ACC_LOAD);

    expect_given(s, &hot);
    for (unsigned delay = 0; delay < 8; delay++) {
        uint64_t began;

        for (unsigned i = 0; i < 16; i++)
            bench_send(s->b, s->port, &req);
        scene_cycles(s, delay);
        began = rtl_cycles(s->b->rtl);
        expect_given(s, &cold);
        scene_expect(s, rtl_cycles(s->b->rtl) - began <= CYCLES_OF_REFILL + 1, "a refill in time");
        for (unsigned i = 0; i < 16; i++)
            scene_expect(s, scene_take(s, s->port).pa == pa_of(s, &hot), "a hit");
    }
}

/* Offer both, the fence `delay` cycles later. True if the refill was taken before the fence was
 * done. */
static bool refill_before_fence(struct scene *s, const struct atlas_refill *refill, unsigned delay)
{
    struct rtl_in *in = s->b->in;
    bool taken = false, done = false, before = false;

    in->refill = *refill;
    in->refill_valid = true;
    for (unsigned cycle = 0; cycle <= delay || !taken || !done; cycle++) {
        if (cycle == delay) {
            in->fence = (struct atlas_fence){.has_va = true, .va = refill->va};
            in->fence_valid = true;
        }
        scene_cycles(s, 1);
        before = before || (s->b->out->refill_ready && !done);
        taken = taken || s->b->out->refill_ready;
        done = done || s->b->out->fence_done;
    }
    return before;
}

/* A fence in every cycle of a refill: it removes what was taken before it was done. */
static void fence_in_every_cycle_of_a_refill(struct scene *s)
{
    struct atlas_refill refill = leaf_for(s, scene_low(s), 0, 5, SCENE_RWXAD);
    struct atlas_req req = scene_req(refill.va, ATLAS_ACC_LOAD);
    unsigned removed = 0;

    for (unsigned delay = 0; delay < 2 * CYCLES_OF_REFILL; delay++) {
        if (refill_before_fence(s, &refill, delay)) {
            scene_expect_fault(s, &req, ATLAS_REASON_TLB_MISS);
            removed++;
        } else {
            scene_expect_ok(s, &req, pa_of(s, &refill), 0);
        }
        scene_fence(s, false, 0, false, 0);
    }
    scene_expect(s, removed > 0, "a fence that removes it");
}

/* ---- Builds -------------------------------------------------------------------------------- */

static void run_in(struct bench *b, void (*test)(struct scene *s), unsigned levels, unsigned port)
{
    struct scene s = {.b = b, .port = port, .levels = levels};

    snprintf(s.label, sizeof s.label, "%.40s, %u levels, port %u", b->build->name, levels, port);
    scene_again(&s);
    test(&s);
    assert_true(bench_checkpoint(b));
}

static void each_build(void (*test)(struct scene *s))
{
    size_t count, tried = 0;
    const struct rtl_build *const *builds = rtl_builds(&count);

    for (size_t i = 0; i < count; i++) {
        const struct atlas_params *p = &builds[i]->params;
        struct bench *b;

        if (p->sw_refill == 0)
            continue;
        b = bench_open(builds[i], 1, LIMIT);
        for (unsigned levels = p->xlen == 32 ? 2 : 3; levels <= p->levels; levels++)
            for (unsigned port = 0; port < p->ports; port++)
                run_in(b, test, levels, port);
        bench_close(b);
        tried++;
    }
    assert_true(tried > 0);
}

#define EACH_BUILD(name)                                                                           \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        each_build(name);                                                                          \
    }

EACH_BUILD(miss_refill_restart)
EACH_BUILD(refused_by_the_entry)
EACH_BUILD(malformed_leaves)
EACH_BUILD(leaves_of_64_bits)
EACH_BUILD(shared_entries)
EACH_BUILD(refill_under_traffic)
EACH_BUILD(fence_in_every_cycle_of_a_refill)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_miss_refill_restart),
        cmocka_unit_test(test_refused_by_the_entry),
        cmocka_unit_test(test_malformed_leaves),
        cmocka_unit_test(test_leaves_of_64_bits),
        cmocka_unit_test(test_shared_entries),
        cmocka_unit_test(test_refill_under_traffic),
        cmocka_unit_test(test_fence_in_every_cycle_of_a_refill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
