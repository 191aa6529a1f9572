/* test_mmu_l2_big.c: the L2's RAM of large pages (L2_BIG): places, hits, fills, fences, and who
 * counts if a 4 KiB page matches as well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu_rig.h"

enum { LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };
enum { SETS = 4, WAYS = 2, PAGES = SETS * WAYS }; /* of 4 KiB pages; the large ones follow */

static const uint64_t KIB64 = UINT64_C(1) << 16;
static const uint64_t MIB2 = UINT64_C(1) << 21;
static const uint64_t GIB = UINT64_C(1) << 30;

/* An L1 of one entry for each size that matters here, and so many large pages in the L2. */
static void open_sized(struct rig *r, unsigned mode, unsigned big)
{
    struct atlas_params p = rig_params(mode);

    p.l1_sets = 1;
    p.l1_big = 0;
    p.l1_side = 1;
    p.l2_sets = SETS;
    p.l2_ways = WAYS;
    p.l2_big = big;
    rig_open_with(r, mode, &p);
}

/* What va is mapped to: the same address plus 1 TiB, for Sv32 1 GiB. */
static uint64_t frame_of(const struct rig *r, uint64_t va)
{
    return va + (r->mode->levels == 2 ? GIB : GIB << 10);
}

static void map(struct rig *r, uint64_t va, unsigned level, uint64_t flags)
{
    rig_map(r, va, level, frame_of(r, va) >> 12 << PPN_LSB | flags);
}

/* A NAPOT page is 16 PTEs, all alike. */
static void map_napot(struct rig *r, uint64_t va, uint64_t flags)
{
    for (unsigned i = 0; i < 16; i++)
        rig_map(r, va + (uint64_t)i * 4096, 0, (frame_of(r, va) >> 12 | 8) << PPN_LSB | flags | PN);
}

/* A load of va by this port is answered right; the reads that it took. */
static unsigned reads_by(struct rig *r, unsigned port, uint64_t va)
{
    const unsigned before = r->count;
    const struct atlas_rsp rsp = rig_access(r, port, LOAD, va);

    rig_assert_pa(&rsp, frame_of(r, va));
    return r->count - before;
}

static struct atlas_entry large(const struct rig *r, unsigned set)
{
    return rig_entry(r, ATLAS_RB_L2, 0, PAGES + set);
}

/* Another page into the L1's side entry: of a level that the L2 does not hold. */
static void evict_side(struct rig *r, unsigned port)
{
    rig_map(r, 7 * GIB, 2, (7 * GIB >> 12) << PPN_LSB | RWXAD);
    rig_access(r, port, LOAD, 7 * GIB);
}

static void a_large_page_goes_to_the_set_of_its_region(void **state)
{
    (void)state;
    for (unsigned mode = 0; mode < RIG_MODES; mode++) {
        for (unsigned big = 1; big <= 256; big *= 4) {
            struct rig r;

            open_sized(&r, mode, big);
            for (unsigned i = 1; i < 40; i += 3) {
                const uint64_t va = rig_va(&r, 0, i, 0, 0, 0);

                map(&r, va, 1, RWXAD);
                reads_by(&r, 0, va + 0x12345);
                assert_int_equal(large(&r, i % big).vpn, va >> 12);
                assert_int_equal(large(&r, i % big).ppn, frame_of(&r, va) >> 12);
                assert_int_equal(large(&r, i % big).level, 1);
                assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), 1);
            }
            rig_close(&r);
        }
    }
}

static void a_napot_page_goes_to_the_set_of_the_superpage_around_it(void **state)
{
    struct rig r;

    (void)state;
    open_sized(&r, RIG_SV48, 8);
    for (unsigned i = 0; i < 32; i++) {
        const uint64_t va = 5 * MIB2 + i * KIB64;

        map_napot(&r, va, RWXAD);
        reads_by(&r, 0, va + 0x3456);
        assert_int_equal(large(&r, 5).vpn, va >> 12);
        assert_int_equal(large(&r, 5).ppn, frame_of(&r, va) >> 12);
        assert_int_equal(large(&r, 5).napot, 1);
        assert_int_equal(large(&r, 5).level, 0);
    }
    rig_close(&r);
}

/* By the other port, and after it has left the L1: at any address in it, in its true size. */
static void what_was_walked_for_once_hits_everywhere_in_the_page(void **state)
{
    static const uint64_t at[] = {0, 0x1008, 0x8ff0, 0xfff8};

    (void)state;
    for (unsigned napot = 0; napot < 2; napot++) {
        struct rig r;

        open_sized(&r, RIG_SV39, 8);
        if (napot)
            map_napot(&r, 3 * MIB2, RWXAD);
        else
            map(&r, 3 * MIB2, 1, RWXAD);
        assert_true(reads_by(&r, 0, 3 * MIB2 + 0x5004) > 0);
        for (unsigned i = 0; i < 8; i++) {
            const unsigned port = i & 1;
            const uint64_t hits = rig_ctr(&r, ATLAS_GCTR_L2_HIT);
            const uint64_t va = 3 * MIB2 + at[i / 2] + (napot ? 0 : i * 0x3b000);
            struct atlas_entry e;

            evict_side(&r, port);
            assert_int_equal(reads_by(&r, port, va), 0);
            assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_HIT), hits + 1);
            e = rig_entry(&r, ATLAS_RB_SIDE, port, 0);
            assert_int_equal(e.vpn, 3 * MIB2 >> 12);
            assert_int_equal(e.ppn, frame_of(&r, 3 * MIB2) >> 12);
            assert_int_equal(e.level, !napot);
            assert_int_equal(e.napot, napot);
        }
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FILL), 1 + 8 + 8);
        rig_close(&r);
    }
}

static void nothing_else_is_there(void **state)
{
    struct rig r;

    (void)state;
    open_sized(&r, RIG_SV57, 8);
    map(&r, GIB, 2, RWXAD);
    map(&r, GIB << 9, 3, RWXAD);
    map(&r, 5 << 12, 0, RWXAD);
    reads_by(&r, 0, GIB);
    reads_by(&r, 0, GIB << 9);
    reads_by(&r, 0, 5 << 12);
    for (unsigned i = 0; i < 8; i++)
        assert_false(large(&r, i).valid);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L2, 0), 1);
    map(&r, 3 * MIB2, 1, RWXAD);
    reads_by(&r, 0, 3 * MIB2);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L2, 0), 2);
    assert_int_equal(atlas_replacement(r.mmu, 2), 0);
    rig_close(&r);
}

/* A clean superpage refuses the store; the walk writes it again, now dirty, in its place. */
static void a_large_page_answers_what_it_allows(void **state)
{
    struct rig r;

    (void)state;
    open_sized(&r, RIG_SV39, 8);
    r.cfg.adue = true;
    rig_configure(&r);
    map(&r, MIB2, 1, PV | PR | PW | PA);
    reads_by(&r, 0, MIB2);
    rig_access(&r, 1, STORE, MIB2 + 0x4000);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_HIT), 0);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_CAS), 1);
    assert_int_equal(large(&r, 1).d, 1);
    evict_side(&r, 0);
    rig_forget(&r);
    rig_access(&r, 0, STORE, MIB2 + 0x8000);
    assert_int_equal(r.count, 0);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_HIT), 1);
    rig_close(&r);
}

/* B14: without a fence a superpage takes the place of a table, and the table that of it. */
static void a_page_that_is_filled_drops_the_large_page_over_it(void **state)
{
    struct rig r;
    struct atlas_rsp rsp;
    uint64_t pointer;

    (void)state;
    open_sized(&r, RIG_SV39, 8);
    r.req.priv = ATLAS_PRIV_U;
    rig_map(&r, MIB2 + 0x5000, 0, UINT64_C(0x777) << PPN_LSB | URWXAD);
    pointer = rig_get(&r, rig_pte_addr(&r, MIB2, 1));
    rig_put(&r, rig_pte_addr(&r, MIB2, 1), frame_of(&r, MIB2) >> 12 << PPN_LSB | PV | PR | PA | PU);
    reads_by(&r, 0, MIB2);
    assert_true(large(&r, 1).valid);
    rig_put(&r, rig_pte_addr(&r, MIB2, 1), pointer);
    rsp = rig_access(&r, 0, STORE, MIB2 + 0x5000); /* which the superpage refuses */
    rig_assert_pa(&rsp, 0x777000);
    assert_false(large(&r, 1).valid);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L2, 0), 1);
    /* The other way round the 4 KiB page stays; the superpage counts. */
    rig_fence(&r, 0x7fff000, 9); /* the pointers only */
    rig_put(&r, rig_pte_addr(&r, MIB2, 1), frame_of(&r, MIB2) >> 12 << PPN_LSB | PV | PR | PA | PU);
    reads_by(&r, 0, MIB2);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L2, 0), 2);
    rig_forget(&r);
    rsp = rig_access(&r, 1, LOAD, MIB2 + 0x5000);
    rig_assert_pa(&rsp, frame_of(&r, MIB2) + 0x5000);
    assert_int_equal(r.count, 0);
    /* ... and if it may not answer, the 4 KiB page is not asked. */
    rig_access(&r, 1, STORE, MIB2 + 0x5000);
    assert_int_equal(r.count, 2);
    rig_close(&r);
}

/* A fill for another page, or another address space, leaves it. */
static void other_pages_drop_nothing(void **state)
{
    struct rig r;

    (void)state;
    open_sized(&r, RIG_SV39, 8);
    map_napot(&r, MIB2, RWXAD);
    map(&r, MIB2 + KIB64, 0, RWXAD);
    map(&r, 9 * MIB2, 0, RWXAD);
    reads_by(&r, 0, MIB2);
    reads_by(&r, 0, MIB2 + KIB64); /* beside it */
    reads_by(&r, 0, 9 * MIB2);     /* of its set */
    assert_true(large(&r, 1).valid);
    rig_space(&r, 2);
    map(&r, MIB2, 0, RWXAD);
    reads_by(&r, 0, MIB2);
    assert_true(large(&r, 1).valid);
    rig_space(&r, 1);
    evict_side(&r, 0);
    assert_int_equal(reads_by(&r, 0, MIB2), 0);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_HIT), 1);
    rig_close(&r);
}

/* B15 B16: every form of fence, by addresses in the page, at its borders, and outside. */
static void a_fence_by_any_address_in_it_drops_the_page(void **state)
{
    static const struct {
        int64_t at; /* from the page's first address; NONE: no address */
        int asid;
        bool napot, global, gone;
    } rows[] = {
        {0, -1, false, false, true},         {0x1ff000, -1, false, false, true},
        {0x155abc, 1, false, false, true},   {0x155000, 2, false, false, false},
        {0x200000, -1, false, false, false}, {-4096, -1, false, false, false},
        {0x100000, 1, false, true, false},   {0x100000, -1, false, true, true},
        {0, -1, true, false, true},          {0xf000, -1, true, false, true},
        {0x7000, 1, true, false, true},      {0x7000, 2, true, false, false},
        {0x10000, -1, true, false, false},   {-4096, -1, true, false, false},
        {0x8000, 1, true, true, false},      {0x8000, -1, true, true, true},
        {INT64_MIN, -1, false, false, true}, {INT64_MIN, -1, true, true, true},
        {INT64_MIN, 1, false, false, true},  {INT64_MIN, 1, true, true, false},
        {INT64_MIN, 2, false, false, false},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint64_t va = 6 * MIB2 + (rows[i].napot ? 3 * KIB64 : 0);
        const uint64_t flags = RWXAD | (rows[i].global ? PG : 0);
        struct rig r;

        open_sized(&r, RIG_SV39, 4);
        if (rows[i].napot)
            map_napot(&r, va, flags);
        else
            map(&r, va, 1, flags);
        reads_by(&r, 0, va);
        assert_true(large(&r, 2).valid);
        rig_fence(&r, rows[i].at == INT64_MIN ? -1 : (int64_t)va + rows[i].at, rows[i].asid);
        assert_int_equal(large(&r, 2).valid, !rows[i].gone);
        rig_close(&r);
    }
}

static void a_global_page_answers_every_space(void **state)
{
    struct rig r;

    (void)state;
    open_sized(&r, RIG_SV39, 4);
    map(&r, MIB2, 1, RWXAD | PG);
    map(&r, 2 * MIB2, 1, RWXAD);
    reads_by(&r, 0, MIB2);
    reads_by(&r, 0, 2 * MIB2);
    rig_space(&r, 7);
    map(&r, 2 * MIB2, 1, RWXAD);
    assert_int_equal(reads_by(&r, 1, MIB2 + 0x1000), 0);
    assert_int_equal(rig_entry(&r, ATLAS_RB_SIDE, 1, 0).asid, 7);
    assert_int_equal(large(&r, 1).asid, 1);
    assert_true(reads_by(&r, 1, 2 * MIB2) > 0);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_page_goes_to_the_set_of_its_region),
        cmocka_unit_test(a_napot_page_goes_to_the_set_of_the_superpage_around_it),
        cmocka_unit_test(what_was_walked_for_once_hits_everywhere_in_the_page),
        cmocka_unit_test(nothing_else_is_there),
        cmocka_unit_test(a_large_page_answers_what_it_allows),
        cmocka_unit_test(a_page_that_is_filled_drops_the_large_page_over_it),
        cmocka_unit_test(other_pages_drop_nothing),
        cmocka_unit_test(a_fence_by_any_address_in_it_drops_the_page),
        cmocka_unit_test(a_global_page_answers_every_space),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
