/* test_mmu_walk_cache.c: the last pointers of each port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu_rig.h"

static const uint64_t MIB2 = UINT64_C(1) << 21;
static const uint64_t GIB = UINT64_C(1) << 30;

static void map(struct rig *r, uint64_t va, uint64_t flags)
{
    rig_map(r, va, 0, 0x5000 << PPN_LSB | flags);
}

/* Reads that a load of va makes. */
static unsigned reads(struct rig *r, uint64_t va)
{
    rig_forget(r);
    rig_load(r, va);
    return r->count;
}

static void a_walk_begins_at_the_lowest_table_it_has_seen(void **state)
{
    (void)state;
    for (unsigned m = 0; m < RIG_MODES; m++) {
        struct rig r;
        uint64_t va;

        rig_open(&r, m);
        va = rig_va(&r, 0, 1, 1, 1, 1);
        map(&r, va, RWXAD);
        assert_int_equal(reads(&r, va), r.mode->levels);
        for (unsigned level = 0; level < r.mode->levels; level++) {
            /* Another slice at `level`: the tables down to that level are the same. */
            const uint64_t other = va ^ UINT64_C(2) << (12 + r.mode->slice_bits * level);

            map(&r, other, RWXAD);
            assert_int_equal(reads(&r, other), level + 1);
            assert_int_equal(r.log[0].addr, rig_pte_addr(&r, other, level));
            rig_fence(&r, -1, -1);
            reads(&r, va);
        }
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_PTR_HIT), r.mode->levels - 1);
        rig_close(&r);
    }
}

static void read_back_shows_the_pointers(void **state)
{
    struct rig r;
    struct atlas_entry e;
    uint64_t va;

    (void)state;
    rig_open(&r, RIG_SV48);
    va = rig_va(&r, 5, 6, 7, 8, 0) | 0x123;
    map(&r, va, RWXAD);
    rig_put(&r, rig_pte_addr(&r, va, 2), rig_get(&r, rig_pte_addr(&r, va, 2)) | PG);
    rig_load(&r, va);
    for (unsigned level = 0; level < 3; level++) {
        e = rig_entry(&r, ATLAS_RB_PTR, 0, level);
        assert_int_equal(e.valid, 1);
        assert_int_equal(e.g, level < 2);
        assert_int_equal(e.asid, 1);
        assert_int_equal(e.vpn, va >> 12 & ~ATLAS_ONES(9 * (level + 1)));
        assert_int_equal(e.ppn, rig_pte_addr(&r, va, level) >> 12);
        assert_int_equal(e.level, 3);
        assert_int_equal(e.d, 0);
    }
    assert_false(rig_entry(&r, ATLAS_RB_PTR, 0, 3).valid); /* Sv57's */
    assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 1), 0);   /* the other port's */
    rig_close(&r);
}

/* B16 */
static void g_of_a_remembered_pointer_counts(void **state)
{
    for (unsigned level = 1; level < 3; level++) {
        struct rig r;

        (void)state;
        rig_open(&r, RIG_SV39);
        map(&r, 0x1000, RWXAD);
        map(&r, 0x2000, RWXAD);
        rig_put(&r, rig_pte_addr(&r, 0, level), rig_get(&r, rig_pte_addr(&r, 0, level)) | PG);
        assert_int_equal(reads(&r, 0x1000), 3);
        assert_int_equal(reads(&r, 0x2000), 1);
        assert_int_equal(rig_entry(&r, ATLAS_RB_L1, 0, 2).g, 1);
        rig_close(&r);
    }
}

/* B27 */
static void pointers_of_another_asid_are_not_used_and_give_way(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, RIG_SV39);
    map(&r, 0x1000, RWXAD);
    map(&r, GIB, RWXAD);
    assert_int_equal(reads(&r, 0x1000), 3);
    rig_space(&r, 2);
    rig_map(&r, 0x2000, 1, 0x200 << PPN_LSB | RWXAD); /* sets the pointer of level 1 only */
    assert_int_equal(reads(&r, 0x2000), 2);
    assert_false(rig_entry(&r, ATLAS_RB_PTR, 0, 0).valid);
    assert_int_equal(rig_entry(&r, ATLAS_RB_PTR, 0, 1).asid, 2);
    rig_space(&r, 1);
    map(&r, 0x3000, RWXAD);
    assert_int_equal(reads(&r, 0x3000), 3);
    rig_close(&r);
}

static void pointers_of_another_mode_are_not_used_and_give_way(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, RIG_SV48);
    map(&r, 0x1000, RWXAD);
    assert_int_equal(reads(&r, 0x1000), 4);
    r.mode = &rig_modes[RIG_SV39]; /* the same ASID and root */
    rig_space(&r, 1);
    rig_put(&r, rig_pte_addr(&r, 0x2000, 2), 0);
    map(&r, 0x2000, RWXAD);
    assert_int_equal(reads(&r, 0x2000), 3);
    assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 0), 2);
    assert_int_equal(rig_entry(&r, ATLAS_RB_PTR, 0, 0).level, 2);
    rig_close(&r);
}

/* A change of a pointer needs a fence, and a change of the root too. */
static void a_remembered_pointer_is_used_until_a_fence(void **state)
{
    struct rig r;
    struct atlas_rsp rsp;

    (void)state;
    rig_open(&r, RIG_SV39);
    map(&r, 0x1000, RWXAD);
    map(&r, 0x2000, RWXAD);
    rig_load(&r, 0x1000);
    rig_put(&r, rig_pte_addr(&r, 0, 1), 0);
    r.cfg.satp ^= 0x40;
    rig_configure(&r);
    rsp = rig_load(&r, 0x2000);
    rig_assert_pa(&rsp, 0x5000 << 12);
    rig_fence(&r, -1, -1);
    rsp = rig_load(&r, 0x2000);
    rig_assert_fault(&rsp, ATLAS_REASON_PTE_BUS, 5);
    r.cfg.satp ^= 0x40;
    rig_configure(&r);
    rsp = rig_load(&r, 0x2000);
    rig_assert_fault(&rsp, ATLAS_REASON_INVALID, 13);
    rig_close(&r);
}

static void a_faulting_walk_leaves_the_pointers_it_has_read(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, RIG_SV39);
    map(&r, MIB2, 0);
    assert_int_equal(reads(&r, MIB2), 3);
    assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 0), 2);
    assert_int_equal(reads(&r, MIB2), 1); /* the fault again, from the last table */
    rig_close(&r);
}

static void a_root_beyond_the_width_faults_though_a_pointer_is_remembered(void **state)
{
    struct atlas_params p = rig_params(RIG_SV39);
    struct rig r;
    struct atlas_rsp rsp;

    (void)state;
    p.pa_bits = 32;
    rig_open_with(&r, RIG_SV39, &p);
    map(&r, 0x1000, RWXAD);
    map(&r, 0x2000, RWXAD);
    rig_load(&r, 0x1000);
    r.cfg.satp |= UINT64_C(1) << 20;
    rig_configure(&r);
    rsp = rig_load(&r, 0x2000);
    rig_assert_fault(&rsp, ATLAS_REASON_PTE_WIDTH, 5);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_PTR_HIT), 0);
    rig_close(&r);
}

static void without_a_walk_cache_every_walk_begins_at_the_root(void **state)
{
    struct atlas_params p = rig_params(RIG_SV39);
    struct atlas_entry e;
    struct rig r;

    (void)state;
    p.walk_cache = 0;
    rig_open_with(&r, RIG_SV39, &p);
    map(&r, 0x1000, RWXAD);
    map(&r, 0x2000, RWXAD);
    assert_int_equal(reads(&r, 0x1000), 3);
    assert_int_equal(reads(&r, 0x2000), 3);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_PTR_HIT), 0);
    assert_false(atlas_read_back(r.mmu, ATLAS_RB_PTR, 0, 0, &e));
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_begins_at_the_lowest_table_it_has_seen),
        cmocka_unit_test(read_back_shows_the_pointers),
        cmocka_unit_test(g_of_a_remembered_pointer_counts),
        cmocka_unit_test(pointers_of_another_asid_are_not_used_and_give_way),
        cmocka_unit_test(pointers_of_another_mode_are_not_used_and_give_way),
        cmocka_unit_test(a_remembered_pointer_is_used_until_a_fence),
        cmocka_unit_test(a_faulting_walk_leaves_the_pointers_it_has_read),
        cmocka_unit_test(a_root_beyond_the_width_faults_though_a_pointer_is_remembered),
        cmocka_unit_test(without_a_walk_cache_every_walk_begins_at_the_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
