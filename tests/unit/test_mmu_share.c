/* test_mmu_share.c: several walks at once, step by step: what they share, and the L2's fills. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu_rig.h"

enum { LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };

static struct atlas_walk walked(struct rig *r, const struct atlas_sampled *s)
{
    struct atlas_walk w = rig_begin(r, s);

    while (w.next == ATLAS_WALK_READ)
        atlas_step_read(r->mmu, &w, rig_get(r, w.addr), ATLAS_MEM_OK);
    return w;
}

static void the_l2_is_filled_in_a_step_of_its_own(void **state)
{
    struct rig r;
    struct atlas_sampled s;
    struct atlas_walk w;

    (void)state;
    rig_open(&r, RIG_SV39);
    rig_map(&r, 0x5000, 0, 0x10 << PPN_LSB | RWXAD);
    s = rig_sample(&r, LOAD, 0x5000);
    w = walked(&r, &s);
    assert_true(w.l2_due);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), 1);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L2, 0), 0);
    atlas_step_l2_fill(r.mmu, &w);
    assert_false(w.l2_due);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L2, 0), 1);
    rig_close(&r);
}

/* Each fill finds its own way, even if both looks have found the same one empty. */
static void two_walks_fill_two_ways_of_the_l2(void **state)
{
    struct rig r;
    struct atlas_sampled s[2];
    struct atlas_walk w[2];

    (void)state;
    rig_open(&r, RIG_SV39);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t va = 0x5000 ^ i * UINT64_C(0x1011000); /* one set */

        rig_map(&r, va, 0, (0x10 + i) << PPN_LSB | RWXAD);
        s[i] = rig_sample(&r, LOAD, va);
        w[i] = walked(&r, &s[i]);
    }
    for (unsigned i = 0; i < 2; i++)
        atlas_step_l2_fill(r.mmu, &w[i]);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L2, 0), 2);
    rig_close(&r);
}

static void a_result_is_shared_if_the_leaf_allows_it(void **state)
{
    struct rig r;
    struct atlas_sampled load, store;
    struct atlas_walk w, other;

    (void)state;
    rig_open(&r, RIG_SV39);
    rig_map(&r, 0x5000, 0, 0x10 << PPN_LSB | (RWXAD & ~PD));
    load = rig_sample(&r, LOAD, 0x5678);
    store = rig_sample(&r, STORE, 0x5678);
    w = walked(&r, &load);
    assert_true(atlas_step_share(r.mmu, 1, &load, &w, &other));
    assert_int_equal(other.next, ATLAS_WALK_DONE);
    assert_true(other.filled);
    assert_false(other.l2_due);
    rig_assert_pa(&other.rsp, 0x10678);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 1), 1);
    assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 1), 0); /* port 1 has walked nowhere */
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FILL), 2);
    assert_false(atlas_step_share(r.mmu, 1, &store, &w, &other));
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FILL), 2);
    rig_close(&r);
}

static void requests_share_a_walk_if_nothing_tells_their_results_apart(void **state)
{
    struct rig r;
    struct atlas_sampled a, b;

    (void)state;
    rig_open(&r, RIG_SV39);
    a = rig_sample(&r, LOAD, 0x5000);
    b = rig_sample(&r, STORE, 0x5fff);
    b.req.sum = b.req.mxr = true;
    assert_true(atlas_step_same(r.mmu, &a, &b));
    for (unsigned what = 0; what < 8; what++) {
        b = rig_sample(&r, LOAD, what == 0 ? 0x6000 : 0x5000);
        b.cfg.satp ^= what == 1 ? ATLAS_SET(SATP64_ASID, 1) : what == 2 ? 4 : 0;
        b.cfg.adue ^= what == 3;
        b.cfg.pbmte ^= what == 4;
        b.cfg.napote ^= what == 5;
        b.cfg.tlb_off ^= what == 6;
        b.req.priv = what == 7 ? ATLAS_PRIV_M : b.req.priv;
        assert_false(atlas_step_same(r.mmu, &a, &b));
        assert_false(atlas_step_same(r.mmu, &b, &a));
    }
    a.cfg.tlb_off = true;
    assert_false(atlas_step_same(r.mmu, &a, &a));
    a = rig_sample(&r, LOAD, UINT64_C(1) << 40);
    assert_false(atlas_step_same(r.mmu, &a, &a)); /* not canonical: there is no walk */
    rig_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_l2_is_filled_in_a_step_of_its_own),
        cmocka_unit_test(two_walks_fill_two_ways_of_the_l2),
        cmocka_unit_test(a_result_is_shared_if_the_leaf_allows_it),
        cmocka_unit_test(requests_share_a_walk_if_nothing_tells_their_results_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
