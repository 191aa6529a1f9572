/* test_mmu_l2_tlb.c: the shared L2: hits, places of fills, replacement. Its large pages are in
 * test_mmu_l2_big.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu_rig.h"

enum { LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };

/* Sv39 with an L1 of one set, so that every other page asks the L2; and with these superpages. */
static void open_with_big(struct rig *r, unsigned sets, unsigned ways, unsigned big)
{
    struct atlas_params p = rig_params(RIG_SV39);

    p.l1_sets = 1;
    p.l1_big = big;
    p.l2_sets = sets;
    p.l2_ways = ways;
    p.l2_big = 0;
    rig_open_with(r, RIG_SV39, &p);
}

static void open_sized(struct rig *r, unsigned sets, unsigned ways)
{
    open_with_big(r, sets, ways, 0);
}

/* Page n -> frame 0x1000 + n. */
static void map_page(struct rig *r, uint64_t n, uint64_t flags)
{
    rig_map(r, n << 12, 0, (0x1000 + n) << PPN_LSB | flags);
}

static void load_page(struct rig *r, uint64_t n)
{
    const struct atlas_rsp rsp = rig_load(r, n << 12 | 8);

    rig_assert_pa(&rsp, (0x1000 + n) << 12 | 8);
}

static uint64_t page_in(const struct rig *r, unsigned index)
{
    const struct atlas_entry e = rig_entry(r, ATLAS_RB_L2, 0, index);

    return e.valid ? e.vpn : UINT64_MAX;
}

static void a_hit_fills_the_l1_and_neither_walks_nor_writes_the_l2(void **state)
{
    struct rig r;

    (void)state;
    open_sized(&r, 4, 2);
    map_page(&r, 1, RWXAD);
    map_page(&r, 2, RWXAD);
    load_page(&r, 1);
    load_page(&r, 2);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_MISS), 2);
    rig_forget(&r);
    load_page(&r, 1);
    assert_int_equal(r.count, 0);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_HIT), 1);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_WALK), 2);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FILL), 3);
    assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_L1_MISS), 3);
    assert_int_equal(rig_entry(&r, ATLAS_RB_L1, 0, 0).vpn, 1);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L2, 0), 2);
    load_page(&r, 1);
    assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_L1_HIT), 1);
    rig_close(&r);
}

static void what_one_port_walked_for_hits_on_the_other(void **state)
{
    struct rig r;
    struct atlas_rsp rsp;

    (void)state;
    open_sized(&r, 4, 2);
    map_page(&r, 3, RWXAD);
    load_page(&r, 3);
    rig_forget(&r);
    rsp = rig_access(&r, 1, ATLAS_ACC_FETCH, 0x3004);
    rig_assert_pa(&rsp, 0x1003004);
    assert_int_equal(r.count, 0);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_HIT), 1);
    assert_int_equal(rig_entry(&r, ATLAS_RB_L1, 1, 0).vpn, 3);
    rig_close(&r);
}

static void a_page_goes_to_the_set_that_its_hash_names(void **state)
{
    (void)state;
    for (unsigned w = 0; w <= 10; w++) {
        struct rig r;

        open_sized(&r, 1U << w, 1);
        for (uint64_t i = 1; i < 20; i++) {
            const uint64_t vpn = i * 0x9e3779b9 & ATLAS_ONES(26);

            map_page(&r, vpn, RWXAD);
            load_page(&r, vpn);
            assert_int_equal(page_in(&r, (unsigned)((vpn ^ vpn >> 8 ^ vpn >> 12) % (1U << w))),
                             vpn);
        }
        rig_close(&r);
    }
}

/* Pages of set 0 of four: of their numbers only bits that do not take part are set. */
static uint64_t same_set(uint64_t i)
{
    return i << 4;
}

static void empty_ways_are_filled_lowest_first_and_then_round_robin(void **state)
{
    (void)state;
    for (unsigned ways = 1; ways <= 4; ways *= 2) {
        struct rig r;

        open_sized(&r, 4, ways);
        for (unsigned i = 0; i < 3 * ways + 1; i++) {
            assert_int_equal(atlas_replacement(r.mmu, 2), i < ways ? 0 : i % ways);
            map_page(&r, same_set(i), RWXAD);
            load_page(&r, same_set(i));
            assert_int_equal(page_in(&r, i % ways), same_set(i));
        }
        rig_close(&r);
    }
}

static void the_round_is_one_for_all_sets(void **state)
{
    struct rig r;

    (void)state;
    open_sized(&r, 4, 2);
    for (unsigned i = 0; i < 3; i++) {
        map_page(&r, same_set(i), RWXAD);
        map_page(&r, same_set(i) + 1, RWXAD);
    }
    for (unsigned i = 0; i < 2; i++) {
        load_page(&r, same_set(i));
        load_page(&r, same_set(i) + 1);
    }
    load_page(&r, same_set(2));     /* set 0, way 0 */
    load_page(&r, same_set(2) + 1); /* set 1, way 1 */
    assert_int_equal(page_in(&r, 0), same_set(2));
    assert_int_equal(page_in(&r, 3), same_set(2) + 1);
    assert_int_equal(atlas_replacement(r.mmu, 2), 0);
    rig_close(&r);
}

static void a_fenced_way_is_filled_first(void **state)
{
    struct rig r;

    (void)state;
    open_sized(&r, 4, 4);
    for (unsigned i = 0; i < 5; i++) {
        map_page(&r, same_set(i), RWXAD);
        load_page(&r, same_set(i)); /* the fifth to way 0; way 1 is next */
    }
    rig_fence(&r, (int64_t)(same_set(2) << 12), -1);
    assert_int_equal(page_in(&r, 2), UINT64_MAX);
    map_page(&r, same_set(9), RWXAD);
    load_page(&r, same_set(9));
    assert_int_equal(page_in(&r, 2), same_set(9));
    assert_int_equal(atlas_replacement(r.mmu, 2), 1);
    rig_close(&r);
}

static void an_entry_that_may_not_answer_is_replaced_in_its_place(void **state)
{
    struct rig r;

    (void)state;
    open_sized(&r, 4, 2);
    r.cfg.adue = true;
    rig_configure(&r);
    map_page(&r, same_set(0), RWXAD);
    map_page(&r, same_set(1), PV | PR | PW | PA);
    load_page(&r, same_set(0));
    load_page(&r, same_set(1)); /* way 1, clean */
    assert_int_equal(rig_entry(&r, ATLAS_RB_L2, 0, 1).d, 0);
    load_page(&r, same_set(0));
    rig_access(&r, 0, STORE, same_set(1) << 12);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_HIT), 1);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_MISS), 3);
    assert_int_equal(page_in(&r, 0), same_set(0));
    assert_int_equal(page_in(&r, 1), same_set(1));
    assert_int_equal(rig_entry(&r, ATLAS_RB_L2, 0, 1).d, 1);
    assert_int_equal(atlas_replacement(r.mmu, 2), 0);
    rig_close(&r);
}

/* An entry made global by a later walk may match beside one of its ASID. */
static void the_lowest_way_that_matches_counts(void **state)
{
    struct rig r;
    struct atlas_rsp rsp;

    (void)state;
    open_sized(&r, 4, 2);
    map_page(&r, same_set(1), RWXAD);
    load_page(&r, same_set(1)); /* way 0: ASID 1 */
    rig_space(&r, 2);
    rig_map(&r, same_set(1) << 12, 0, 0x7000 << PPN_LSB | RWXAD | PG);
    rig_load(&r, same_set(1) << 12); /* way 1: any ASID */
    assert_int_equal(rig_entry(&r, ATLAS_RB_L2, 0, 1).g, 1);
    rig_map(&r, 0x1000, 0, 0x8000 << PPN_LSB | RWXAD | PG);
    rig_load(&r, 0x1000); /* out of the L1 */
    rig_space(&r, 1);
    rsp = rig_load(&r, same_set(1) << 12);
    rig_assert_pa(&rsp, (0x1000 + same_set(1)) << 12);
    rig_space(&r, 3);
    rig_load(&r, 0x1000);
    rsp = rig_load(&r, same_set(1) << 12);
    rig_assert_pa(&rsp, 0x7000 << 12);
    rig_close(&r);
}

static void a_global_hit_is_filled_under_the_asid_of_the_request(void **state)
{
    struct rig r;
    struct atlas_entry e;

    (void)state;
    open_sized(&r, 4, 2);
    map_page(&r, 1, RWXAD | PG);
    map_page(&r, 2, RWXAD | PG);
    load_page(&r, 1);
    load_page(&r, 2);
    rig_space(&r, 7);
    load_page(&r, 1);
    e = rig_entry(&r, ATLAS_RB_L1, 0, 0);
    assert_int_equal(e.vpn, 1);
    assert_int_equal(e.asid, 7);
    assert_int_equal(e.g, 1);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_HIT), 1);
    assert_int_equal(page_in(&r, 2), 1); /* set 1, way 0 */
    assert_int_equal(rig_entry(&r, ATLAS_RB_L2, 0, 2).asid, 1);
    rig_close(&r);
}

static void superpages_and_napot_pages_stay_out(void **state)
{
    (void)state;
    for (unsigned big = 0; big <= 4; big += 4) {
        struct rig r;

        open_with_big(&r, 4, 2, big);
        rig_map(&r, 0, 0, PN | 0x18 << PPN_LSB | RWXAD);
        rig_map(&r, UINT64_C(1) << 21, 1, 0x200 << PPN_LSB | RWXAD);
        rig_map(&r, UINT64_C(1) << 30, 2, 0x40000 << PPN_LSB | RWXAD);
        rig_load(&r, 0);
        rig_load(&r, UINT64_C(1) << 21);
        rig_load(&r, UINT64_C(1) << 30);
        assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), big == 0 ? 3 : 2);
        assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), big == 0 ? 0 : 1);
        assert_int_equal(rig_valid(&r, ATLAS_RB_L2, 0), 0);
        rig_access(&r, 1, LOAD, 0x4000);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_MISS), 4);
        rig_close(&r);
    }
}

static void a_hit_drops_an_overlapping_superpage_like_a_walk(void **state)
{
    (void)state;
    for (unsigned big = 0; big <= 4; big += 4) {
        struct rig r;
        struct atlas_rsp rsp;

        open_with_big(&r, 4, 2, big);
        map_page(&r, 5, RWXAD);
        load_page(&r, 5);            /* in the L2, dirty */
        rig_fence(&r, 0x7fff000, 9); /* the pointers only */
        rig_map(&r, 0, 1, 0x200 << PPN_LSB | PV | PR | PA);
        rig_load(&r, 0x6000); /* a clean superpage over it */
        assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), big == 0);
        assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), big == 0 ? 1 : 2);
        rsp = rig_access(&r, 0, STORE, 0x5000);
        rig_assert_pa(&rsp, 0x1005000);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_HIT), 1);
        assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), 0);
        assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), 1);
        rig_close(&r);
    }
}

static void a_fault_fills_nothing_and_moves_no_round(void **state)
{
    struct rig r;
    struct atlas_rsp rsp;

    (void)state;
    open_sized(&r, 4, 2);
    for (unsigned i = 0; i < 2; i++) {
        map_page(&r, same_set(i), RWXAD);
        load_page(&r, same_set(i));
    }
    map_page(&r, same_set(2), PV | PR);
    rsp = rig_load(&r, same_set(2) << 12);
    rig_assert_fault(&rsp, ATLAS_REASON_A_CLEAR, 13);
    assert_int_equal(page_in(&r, 0), same_set(0));
    assert_int_equal(page_in(&r, 1), same_set(1));
    assert_int_equal(atlas_replacement(r.mmu, 2), 0);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hit_fills_the_l1_and_neither_walks_nor_writes_the_l2),
        cmocka_unit_test(what_one_port_walked_for_hits_on_the_other),
        cmocka_unit_test(a_page_goes_to_the_set_that_its_hash_names),
        cmocka_unit_test(empty_ways_are_filled_lowest_first_and_then_round_robin),
        cmocka_unit_test(the_round_is_one_for_all_sets),
        cmocka_unit_test(a_fenced_way_is_filled_first),
        cmocka_unit_test(an_entry_that_may_not_answer_is_replaced_in_its_place),
        cmocka_unit_test(the_lowest_way_that_matches_counts),
        cmocka_unit_test(a_global_hit_is_filled_under_the_asid_of_the_request),
        cmocka_unit_test(superpages_and_napot_pages_stay_out),
        cmocka_unit_test(a_hit_drops_an_overlapping_superpage_like_a_walk),
        cmocka_unit_test(a_fault_fills_nothing_and_moves_no_round),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
