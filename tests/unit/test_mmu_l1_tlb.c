/* test_mmu_l1_tlb.c: the L1's 4 KiB RAM and side entries: places, matches, replacement. Where it
 * makes no difference to the rule, with a superpage RAM and without; what is the superpage RAM's
 * own is in test_mmu_l1_big.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu_rig.h"

enum { LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };

static const uint64_t MIB2 = UINT64_C(1) << 21;
static const uint64_t GIB = UINT64_C(1) << 30;

/* Sv39 with these sizes and no L2. */
static void open_sized(struct rig *r, unsigned sets, unsigned big, unsigned side)
{
    struct atlas_params p = rig_params(RIG_SV39);

    p.l1_sets = sets;
    p.l1_big = big;
    p.l1_side = side;
    p.l2_sets = 0;
    p.l2_big = 0;
    rig_open_with(r, RIG_SV39, &p);
}

/* The set that a 4 KiB page belongs to, as model/README.md, 1.3, says. */
static unsigned set_of(uint64_t vpn, unsigned sets)
{
    return (unsigned)(vpn ^ vpn >> 8 ^ vpn >> 12) % sets;
}

static uint64_t pte_of(uint64_t ppn, uint64_t flags)
{
    return ppn << PPN_LSB | flags;
}

/* True if a load of va is answered without a read. */
static bool hits(struct rig *r, uint64_t va)
{
    const unsigned before = r->count;

    rig_load(r, va);
    return r->count == before;
}

/* P18 */
static void a_4k_page_goes_to_the_set_that_its_hash_names(void **state)
{
    (void)state;
    for (unsigned w = 0; w <= 10; w++) {
        struct rig r;

        open_sized(&r, 1U << w, 0, 2);
        for (uint64_t i = 0; i < 40; i++) {
            const uint64_t vpn = i * 0x9e3779b9 & ATLAS_ONES(27);
            const uint64_t va = (uint64_t)((int64_t)(vpn << 37) >> 25);
            struct atlas_entry e;

            rig_fence(&r, -1, -1);
            rig_map(&r, va, 0, pte_of(0x100 + i, RWXAD));
            rig_load(&r, va);
            assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), 1);
            e = rig_entry(&r, ATLAS_RB_L1, 0, set_of(vpn, 1U << w));
            assert_int_equal(e.valid, 1);
            assert_int_equal(e.vpn, va >> 12 & ATLAS_ONES(45)); /* full: 57 bits of address */
            assert_int_equal(e.ppn, 0x100 + i);
        }
        rig_close(&r);
    }
}

static void an_entry_keeps_all_fields_of_its_leaf(void **state)
{
    struct rig r;
    struct atlas_entry e;

    (void)state;
    rig_open(&r, RIG_SV57);
    rig_map(&r, 0x7000, 0, PPBMT(2) | pte_of(0x123456789a, PV | PX | PU | PA | PG));
    rig_space(&r, 1);
    r.req.priv = ATLAS_PRIV_U;
    rig_access(&r, 1, ATLAS_ACC_FETCH, 0x7000);
    e = rig_entry(&r, ATLAS_RB_L1, 1, 7);
    assert_int_equal(e.valid, 1);
    assert_int_equal(e.g, 1);
    assert_int_equal(e.asid, 1);
    assert_int_equal(e.vpn, 7);
    assert_int_equal(e.ppn, 0x123456789a);
    assert_int_equal(e.level, 0);
    assert_int_equal(e.napot, 0);
    assert_int_equal(e.pbmt, 2);
    assert_int_equal(e.r, 0);
    assert_int_equal(e.w, 0);
    assert_int_equal(e.x, 1);
    assert_int_equal(e.u, 1);
    assert_int_equal(e.d, 0);
    assert_false(rig_entry(&r, ATLAS_RB_L1, 0, 7).valid); /* the other port's TLB is its own */
    rig_close(&r);
}

static void pages_of_one_set_evict_each_other_and_others_do_not(void **state)
{
    struct rig r;
    const uint64_t a = 0x5000, b = 0x104000, c = 0x4000; /* sets 5, 4 ^ 1, 4 of 16 */

    (void)state;
    assert_int_equal(set_of(a >> 12, 16), set_of(b >> 12, 16));
    assert_int_not_equal(set_of(a >> 12, 16), set_of(c >> 12, 16));
    open_sized(&r, 16, 0, 2);
    rig_map(&r, a, 0, pte_of(0x10, RWXAD));
    rig_map(&r, b, 0, pte_of(0x20, RWXAD));
    rig_map(&r, c, 0, pte_of(0x30, RWXAD));
    rig_load(&r, a);
    rig_load(&r, c);
    assert_true(hits(&r, a));
    rig_load(&r, b);
    assert_true(hits(&r, b));
    assert_true(hits(&r, c));
    assert_false(hits(&r, a));
    assert_false(hits(&r, b));
    rig_close(&r);
}

/* B27 P30 */
static void an_entry_answers_its_asid_only_unless_global(void **state)
{
    static const struct {
        uint64_t leaf_g, pointer_g;
    } rows[] = {{0, 0}, {PG, 0}, {0, PG}};

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        for (unsigned level = 0; level < 3; level++) {
            const uint64_t va = (uint64_t) - (int64_t)GIB + 0x3000; /* negative */
            const uint64_t leaf_g = rows[i % 3].leaf_g;
            const uint64_t pointer_g = level < 2 ? rows[i % 3].pointer_g : 0;
            struct rig r;

            open_sized(&r, 16, i < 3 ? 0 : 8, 2);
            rig_map(&r, va, level, pte_of(0x40000, RWXAD | leaf_g));
            rig_put(&r, rig_pte_addr(&r, va, 2), rig_get(&r, rig_pte_addr(&r, va, 2)) | pointer_g);
            rig_load(&r, va);
            assert_true(hits(&r, va));
            rig_space(&r, 2);
            assert_int_equal(hits(&r, va), (leaf_g | pointer_g) != 0);
            rig_close(&r);
        }
    }
}

/* Of a page of this level, with all combinations of its flags and the access. */
static void refused_as_cold(unsigned level, unsigned big, unsigned bits)
{
    static const uint64_t flags[] = {PR, PR | PW, PX, PR | PX, PR | PW | PX};
    const bool user = (bits >> 5 & 1) != 0;
    const uint64_t leaf =
        flags[bits >> 6 & 7] | PV | PA | (bits >> 9 != 0 ? PD : 0) | (user ? PU : 0);
    struct rig cold, warm;
    struct atlas_rsp expected, got;

    open_sized(&cold, 16, big, 2);
    open_sized(&warm, 16, big, 2);
    rig_map(&cold, 0x1000, level, pte_of(0x40000, leaf));
    rig_map(&warm, 0x1000, level, pte_of(0x40000, leaf));
    warm.req.sum = warm.req.mxr = true;
    warm.req.priv = user ? ATLAS_PRIV_U : ATLAS_PRIV_S;
    rig_load(&warm, 0x1000);
    assert_int_equal(rig_valid(&warm, ATLAS_RB_L1, 0) + rig_valid(&warm, ATLAS_RB_SIDE, 0), 1);
    cold.req.sum = warm.req.sum = (bits >> 2 & 1) != 0;
    cold.req.mxr = warm.req.mxr = (bits >> 3 & 1) != 0;
    cold.req.priv = warm.req.priv = (bits >> 4 & 1) != 0 ? ATLAS_PRIV_U : ATLAS_PRIV_S;
    expected = rig_access(&cold, 0, bits & 3, 0x1000);
    got = rig_access(&warm, 0, bits & 3, 0x1000);
    assert_int_equal(got.reason, expected.reason);
    assert_int_equal(got.cause, expected.cause);
    assert_int_equal(got.pa, expected.pa);
    assert_int_equal(rig_port_ctr(&warm, 0, level == 0 ? ATLAS_CTR_L1_HIT : ATLAS_CTR_SIDE_HIT),
                     !expected.fault);
    rig_close(&cold);
    rig_close(&warm);
}

/* B19 */
static void a_refused_access_walks_and_faults_as_cold(void **state)
{
    static const struct {
        unsigned level, big;
    } arrays[] = {{0, 0}, {1, 0}, {1, 4}};

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        for (unsigned bits = 0; bits < 1U << 10; bits++)
            if ((bits >> 6 & 7) < 5)
                refused_as_cold(arrays[i].level, arrays[i].big, bits);
}

/* One entry answers every offset of a superpage, and no address beside it. */
static void covers_its_superpage(unsigned mode, unsigned level, unsigned big)
{
    const unsigned bits = rig_modes[mode].slice_bits * level;
    const uint64_t pa = UINT64_C(1) << (12 + bits);
    const bool in_ram = level == 1 && big > 0;
    struct atlas_params p = rig_params(mode);
    struct rig r;
    uint64_t base;

    p.l1_big = big;
    rig_open_with(&r, mode, &p);
    base = rig_va(&r, 0, 2, 2, 2, 2) >> (12 + bits) << (12 + bits);
    rig_map(&r, base, level, pa >> 12 << PPN_LSB | RWXAD);
    rig_load(&r, base + 0x1abc);
    rig_forget(&r);
    for (unsigned i = 0; i < 50; i++) {
        const uint64_t offset = i * UINT64_C(0x9e3779b97f4a7c15) & ATLAS_ONES(12 + bits);
        const struct atlas_rsp rsp = rig_load(&r, base + offset);

        rig_assert_pa(&rsp, pa + offset);
        assert_int_equal(rsp.level, level);
    }
    assert_int_equal(r.count, 0);
    assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_SIDE_HIT), 50);
    assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), !in_ram);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), in_ram);
    assert_false(hits(&r, base - 1));
    assert_false(hits(&r, base + pa));
    rig_close(&r);
}

/* B13 B14 */
static void one_entry_answers_the_whole_superpage_and_no_more(void **state)
{
    (void)state;
    for (unsigned m = 0; m < RIG_MODES; m++)
        for (unsigned level = 1; level < rig_modes[m].levels; level++)
            for (unsigned big = 0; big <= 256; big = big == 0 ? 1 : big * 4)
                covers_its_superpage(m, level, big);
}

static void a_side_entry_shows_no_bits_inside_its_page(void **state)
{
    struct rig r;
    struct atlas_entry e;

    (void)state;
    open_sized(&r, 16, 0, 4);
    rig_map(&r, 0, 1, pte_of(0x200, RWXAD));
    rig_load(&r, 0x123456);
    e = rig_entry(&r, ATLAS_RB_SIDE, 0, 0);
    assert_int_equal(e.valid, 1);
    assert_int_equal(e.level, 1);
    assert_int_equal(e.vpn, 0);
    assert_int_equal(e.ppn, 0x200);
    rig_close(&r);
}

static void side_entries_are_replaced_round_robin(void **state)
{
    (void)state;
    for (unsigned side = 1; side <= 16; side *= 2) {
        struct rig r;

        open_sized(&r, 1, 0, side);
        for (unsigned i = 0; i < 2 * side + 1; i++) {
            assert_int_equal(atlas_replacement(r.mmu, 0), i % side);
            rig_map(&r, i * MIB2, 1, pte_of(0x200 * i, RWXAD));
            rig_load(&r, i * MIB2);
            assert_int_equal(rig_entry(&r, ATLAS_RB_SIDE, 0, i % side).ppn, 0x200 * i);
            assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), i < side ? i + 1 : side);
        }
        for (unsigned i = side + 1; i < 2 * side + 1; i++)
            assert_true(hits(&r, i * MIB2));
        assert_int_equal(atlas_replacement(r.mmu, 1), 0); /* the other port's */
        rig_close(&r);
    }
}

static void an_empty_side_entry_is_no_reason_to_leave_the_round(void **state)
{
    struct rig r;

    (void)state;
    open_sized(&r, 1, 0, 4);
    for (unsigned i = 0; i < 3; i++) {
        rig_map(&r, i * MIB2, 1, pte_of(0x200 * i, RWXAD));
        rig_load(&r, i * MIB2);
    }
    rig_fence(&r, 0, -1); /* entry 0 is empty; 3 is next */
    rig_map(&r, 7 * MIB2, 1, pte_of(0x200, RWXAD));
    rig_load(&r, 7 * MIB2);
    assert_false(rig_entry(&r, ATLAS_RB_SIDE, 0, 0).valid);
    assert_int_equal(rig_entry(&r, ATLAS_RB_SIDE, 0, 3).vpn, 7 * MIB2 >> 12);
    assert_int_equal(atlas_replacement(r.mmu, 0), 0);
    rig_close(&r);
}

/* The page table at va changes to a leaf of another size, without a fence. The old entry and
 * what is around it are still valid; a store walks again because the page was clean. */
struct overlap {
    const char *text;
    unsigned old_level, new_level;
    bool old_napot, new_napot;
};

static bool to_side(unsigned level, bool napot, unsigned big)
{
    return napot || level > 1 || (level == 1 && big == 0);
}

static void drops_what_overlaps(const struct overlap *o, unsigned big)
{
    const uint64_t va = GIB + 3 * MIB2 + 0x25000;
    const uint64_t clean = PV | PR | PW | PA;
    const uint64_t n = PN | pte_of(8, 0);
    const bool old_side = to_side(o->old_level, o->old_napot, big);
    const bool new_side = to_side(o->new_level, o->new_napot, big);
    struct rig r;
    struct atlas_rsp rsp;

    open_sized(&r, 16, big, 4);
    rig_map(&r, 9 * GIB, 2, pte_of(0x40000, RWXAD)); /* a bystander, entry 0 */
    rig_load(&r, 9 * GIB);
    rig_map(&r, va, o->old_level, pte_of(0x80000, clean) | (o->old_napot ? n : 0));
    rig_load(&r, va); /* entry 1, or in the superpage RAM */
    assert_int_equal(atlas_replacement(r.mmu, 0), old_side ? 2 : 1);
    rig_fence(&r, 0x7fff000, 9); /* the pointers only: no such page, no such ASID */
    for (unsigned level = 2; level > o->new_level; level--)
        rig_put(&r, rig_pte_addr(&r, va, level), 0);
    rig_map(&r, va, o->new_level, pte_of(0xc0000, RWXAD) | (o->new_napot ? n : 0));
    rig_access(&r, 0, STORE, va);
    assert_true(rig_entry(&r, ATLAS_RB_SIDE, 0, 0).valid);
    assert_int_equal(rig_entry(&r, ATLAS_RB_SIDE, 0, 1).valid, new_side);
    assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), new_side ? 2 : 1);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), !new_side);
    /* a dropped place needs no round */
    assert_int_equal(atlas_replacement(r.mmu, 0), old_side || new_side ? 2 : 1);
    if (new_side)
        assert_int_equal(rig_entry(&r, ATLAS_RB_SIDE, 0, 1).ppn >> 16, 0xc);
    rig_forget(&r);
    rsp = rig_access(&r, 0, STORE, va);
    assert_int_equal(rsp.pa >> 28, 0xc);
    assert_int_equal(r.count, 0); /* nothing that is left refuses it */
    rig_close(&r);
}

/* B14: what matches the request that is filled goes. */
static void a_fill_drops_large_entries_that_match_it(void **state)
{
    static const struct overlap rows[] = {
        {"4K in 2M", 1, 0, false, false},   {"4K in 1G", 2, 0, false, false},
        {"2M in 1G", 2, 1, false, false},   {"1G over 2M", 1, 2, false, false},
        {"4K in 64K", 0, 0, true, false},   {"64K in 2M", 1, 0, false, true},
        {"2M over 64K", 0, 1, true, false}, {"64K again", 0, 0, true, true},
        {"2M again", 1, 1, false, false},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned big = 0; big <= 256; big = big == 0 ? 1 : big * 16)
            drops_what_overlaps(&rows[i], big);
}

/* B14: pages of two sizes over one address, legal because nothing was fenced: the lowest entry
 * answers, alone; and a fill takes both places. */
static void of_two_side_entries_that_match_the_lowest_answers(void **state)
{
    struct atlas_rsp rsp;
    struct rig r;

    (void)state;
    open_sized(&r, 16, 0, 4);
    for (unsigned i = 0; i < 3; i++) {
        rig_map(&r, GIB + i * MIB2, 1, pte_of(0x200 * (i + 1), PV | PR | PW | PA));
        rig_load(&r, GIB + i * MIB2);
    }
    rig_fence(&r, 0x7fff000, 9); /* the pointers only: no such page, no such ASID */
    rig_map(&r, GIB, 2, pte_of(0x80000, RWXAD));
    rig_access(&r, 0, STORE, GIB + 2 * MIB2);
    assert_int_equal(rig_entry(&r, ATLAS_RB_SIDE, 0, 2).ppn, 0x80000);
    assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), 3);
    rsp = rig_load(&r, GIB + 0x1234);
    rig_assert_pa(&rsp, 0x200000 + 0x1234);
    assert_int_equal(rsp.level, 1);
    rsp = rig_load(&r, GIB + 2 * MIB2);
    rig_assert_pa(&rsp, 0x80000000 + 2 * MIB2);
    rig_access(&r, 0, STORE, GIB); /* entry 0 refuses it */
    assert_int_equal(rig_entry(&r, ATLAS_RB_SIDE, 0, 0).ppn, 0x80000);
    assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), 2);
    rig_close(&r);
}

static void an_entry_of_another_asid_stays_unless_it_is_global(void **state)
{
    (void)state;
    for (unsigned row = 0; row < 4; row++) {
        const uint64_t old_g = (row & 1) != 0 ? PG : 0, new_g = (row & 2) != 0 ? PG : 0;
        struct rig r;

        open_sized(&r, 16, 0, 4);
        rig_map(&r, 0, 1, pte_of(0x200, PV | PR | PW | PA | old_g));
        rig_load(&r, 0);
        rig_space(&r, 2);
        rig_map(&r, 0, 1, pte_of(0x400, RWXAD | new_g));
        rig_access(&r, 0, STORE, 0);
        assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), old_g == 0 ? 2 : 1);
        rig_close(&r);
    }
}

/* model/README.md, 1.5: a stale 4 KiB entry below a superpage never answers. */
static void a_superpage_hides_the_4k_ram_even_if_it_may_not_answer(void **state)
{
    (void)state;
    for (unsigned big = 0; big <= 4; big += 4) {
        struct rig r;
        struct atlas_rsp rsp;

        open_sized(&r, 16, big, 4);
        rig_map(&r, 0x3000, 0, pte_of(0x10, RWXAD));
        rig_load(&r, 0x3000); /* in the 4 KiB RAM: dirty */
        rig_fence(&r, 0x7fff000, 9);
        rig_map(&r, 0x3000, 1, pte_of(0x200, PV | PR | PA));
        rig_load(&r, 0x4000); /* a superpage over it: read-only */
        assert_true(rig_entry(&r, ATLAS_RB_L1, 0, 3).valid);
        assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), big == 0);
        assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), big == 0 ? 1 : 2);
        rsp = rig_load(&r, 0x3000);
        rig_assert_pa(&rsp, 0x203000);
        rsp = rig_access(&r, 0, STORE, 0x3000);
        rig_assert_fault(&rsp, ATLAS_REASON_NO_W, 15);
        rig_fence(&r, 0x4000, -1); /* takes the superpage, and no 4 KiB entry of page 3 */
        rsp = rig_access(&r, 0, STORE, 0x3000);
        rig_assert_pa(&rsp, 0x10000);
        rig_close(&r);
    }
}

/* P19 */
static void one_entry_of_each_kind_is_enough(void **state)
{
    (void)state;
    for (unsigned big = 0; big < 2; big++) {
        struct rig r;
        struct atlas_rsp rsp;

        open_sized(&r, 1, big, 1);
        for (unsigned i = 0; i < 8; i++) {
            rig_map(&r, i * 0x1000, 0, pte_of(0x10 + i, RWXAD));
            rig_map(&r, GIB + i * MIB2, 1, pte_of(0x200 * i, RWXAD));
        }
        for (unsigned i = 0; i < 64; i++) {
            rsp = rig_load(&r, (i * 5 & 7) * 0x1000 | 4);
            rig_assert_pa(&rsp, (0x10 + (i * 5 & 7)) * 0x1000 | 4);
            rsp = rig_load(&r, GIB + (i * 3 & 7) * MIB2 + 0x10008);
            rig_assert_pa(&rsp, (i * 3 & 7) * MIB2 + 0x10008);
            assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), 1 + big);
            assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), 1 - big);
            assert_true(hits(&r, (i * 5 & 7) * 0x1000));
            assert_true(hits(&r, GIB + (i * 3 & 7) * MIB2));
        }
        rig_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_4k_page_goes_to_the_set_that_its_hash_names),
        cmocka_unit_test(an_entry_keeps_all_fields_of_its_leaf),
        cmocka_unit_test(pages_of_one_set_evict_each_other_and_others_do_not),
        cmocka_unit_test(an_entry_answers_its_asid_only_unless_global),
        cmocka_unit_test(a_refused_access_walks_and_faults_as_cold),
        cmocka_unit_test(one_entry_answers_the_whole_superpage_and_no_more),
        cmocka_unit_test(a_side_entry_shows_no_bits_inside_its_page),
        cmocka_unit_test(side_entries_are_replaced_round_robin),
        cmocka_unit_test(an_empty_side_entry_is_no_reason_to_leave_the_round),
        cmocka_unit_test(a_fill_drops_large_entries_that_match_it),
        cmocka_unit_test(of_two_side_entries_that_match_the_lowest_answers),
        cmocka_unit_test(an_entry_of_another_asid_stays_unless_it_is_global),
        cmocka_unit_test(a_superpage_hides_the_4k_ram_even_if_it_may_not_answer),
        cmocka_unit_test(one_entry_of_each_kind_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
