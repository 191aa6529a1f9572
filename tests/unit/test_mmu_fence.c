/* test_mmu_fence.c: the four forms of sfence.vma on everything that is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu_rig.h"

enum { LOAD = ATLAS_ACC_LOAD, NO_ASID = -1, NO_VA = -1, PAGES = 12 };

static const uint64_t KIB64 = UINT64_C(1) << 16;
static const uint64_t MIB2 = UINT64_C(1) << 21;
static const uint64_t GIB = UINT64_C(1) << 30;

/* One page of each kind, twice: under ASID 1 and 2, below and above 0, global or not. */
struct page {
    uint64_t va, bytes, flags;
    unsigned asid, level;
};

static const struct page pages[PAGES] = {
    {0x5000, 4096, 0, 1, 0},        {0x5000, 4096, 0, 2, 0},
    {0x6000, 4096, PG, 1, 0},       {(uint64_t)-0x3000, 4096, 0, 1, 0},
    {8 * KIB64, 1 << 16, PN, 1, 0}, {9 * KIB64, 1 << 16, PN | PG, 2, 0},
    {8 * MIB2, 1 << 21, 0, 1, 1},   {8 * MIB2, 1 << 21, 0, 2, 1},
    {9 * MIB2, 1 << 21, PG, 1, 1},  {(uint64_t)-3 * MIB2, 1 << 21, 0, 1, 1},
    {8 * GIB, 1 << 30, 0, 1, 2},    {(uint64_t)-2 * GIB, 1 << 30, PG, 2, 2},
};

/* The port that uses the page: pages of two ASIDs would share a set of a RAM. */
static unsigned port_of(const struct page *p)
{
    return p->asid - 1;
}

/* The L1's array that has it. */
static unsigned array_of(const struct rig *r, const struct page *p)
{
    const bool in_ram = p->bytes == 4096 || (p->level == 1 && atlas_get_params(r->mmu)->l1_big > 0);

    return in_ram ? ATLAS_RB_L1 : ATLAS_RB_SIDE;
}

/* A rig of Sv39 in which every page is remembered, 4 KiB pages in L1 and L2. */
static void open_filled(struct rig *r, unsigned big)
{
    struct atlas_params p = rig_params(RIG_SV39);

    p.l1_big = big;
    p.l1_side = 16;
    rig_open_with(r, RIG_SV39, &p);
    for (unsigned i = 0; i < PAGES; i++) {
        const struct page *g = &pages[i];
        const uint64_t ppn = (g->flags & PN) != 0 ? 8 : 0;
        struct atlas_rsp rsp;

        rig_space(r, g->asid);
        rig_map(r, g->va, g->level, g->flags | ppn << PPN_LSB | RWXAD);
        rsp = rig_access(r, port_of(g), LOAD, g->va);
        assert_int_equal(rsp.fault, 0);
    }
}

static bool contains(const struct page *p, uint64_t va)
{
    return va - p->va < p->bytes;
}

/* Page i is in this array. Which of two equal pages is told by the ASID. */
static bool is_in(const struct rig *r, unsigned array, unsigned port, const struct page *p)
{
    struct atlas_entry e;

    for (unsigned i = 0; atlas_read_back(r->mmu, array, port, i, &e); i++) {
        if (e.valid && e.asid == p->asid && e.level == p->level &&
            contains(p, (uint64_t)((int64_t)(e.vpn << 19) >> 7)))
            return true;
    }
    return false;
}

static void check_forms(struct rig *r, int64_t va, int asid)
{
    for (unsigned i = 0; i < PAGES; i++) {
        const struct page *p = &pages[i];
        const bool va_named = va == NO_VA || contains(p, (uint64_t)va);
        const bool asid_named = asid == NO_ASID || (!(p->flags & PG) && p->asid == (unsigned)asid);
        const bool kept = !(va_named && asid_named);

        assert_int_equal(is_in(r, array_of(r, p), port_of(p), p), kept);
        if (p->bytes == 4096)
            assert_int_equal(is_in(r, ATLAS_RB_L2, 0, p), kept);
    }
}

/* The next side entry of each port, to be compared: a fence leaves it. */
static unsigned rounds(const struct rig *r)
{
    return atlas_replacement(r->mmu, 0) << 8 | atlas_replacement(r->mmu, 1);
}

static void check_a_fence(unsigned big, int64_t va, int asid)
{
    unsigned before;
    struct rig r;

    open_filled(&r, big);
    check_forms(&r, 0x123456789000, NO_ASID); /* all is there */
    before = rounds(&r);
    assert_int_equal(before, big == 0 ? 5 << 8 | 3 : 2 << 8 | 2);
    rig_fence(&r, va, asid);
    check_forms(&r, va, asid);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FENCE), 1);
    assert_int_equal(rounds(&r), before);
    rig_close(&r);
}

/* B1 B15 B16 B18 B28 */
static void each_form_removes_what_it_names_and_nothing_else(void **state)
{
    static const int asids[] = {NO_ASID, 1, 2, 3};
    const uint64_t addresses[] = {
        (uint64_t)NO_VA,
        0x5000,
        0x5fff,
        0x6123,
        0x7000,
        (uint64_t)-0x3000,
        (uint64_t)-0x2001,
        8 * KIB64,
        9 * KIB64 - 1,
        9 * KIB64 + 0x7abc,
        8 * MIB2 + 5,
        9 * MIB2 - 1,
        9 * MIB2 + 0x12345,
        264 * MIB2, /* not there, but its set of 16 or 256 superpages is that of 8 * MIB2 */
        (uint64_t)-3 * MIB2 + 0x1fffff,
        (uint64_t)-2 * MIB2,
        8 * GIB,
        9 * GIB - 1,
        (uint64_t)-2 * GIB,
        (uint64_t)-GIB - 1,
        10 * GIB,
    };

    (void)state;
    for (unsigned i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        for (unsigned k = 0; k < 4; k++) {
            for (unsigned big = 0; big <= 256; big = big == 0 ? 16 : big * 16)
                check_a_fence(big, (int64_t)addresses[i], asids[k]);
        }
    }
}

/* B18: harmless: it may take an entry that has the same low bits, and answers stay right. */
static void a_fence_of_a_non_canonical_address_is_harmless(void **state)
{
    struct rig r;
    struct atlas_rsp rsp;

    (void)state;
    open_filled(&r, 256);
    rig_space(&r, 1);
    for (unsigned bit = 39; bit < 64; bit++) {
        rig_fence(&r, (int64_t)(UINT64_C(1) << bit | 0x5000), NO_ASID);
        rsp = rig_load(&r, 0x5004);
        rig_assert_pa(&rsp, 4);
        rsp = rig_load(&r, 8 * MIB2 + 4);
        rig_assert_pa(&rsp, 4);
    }
    rig_close(&r);
}

static void fences_treat_remembered_pointers_as_fence_ptrs_says(void **state)
{
    static const struct {
        bool va;
        int asid;
        bool kept[2]; /* by fence_ptrs */
    } rows[] = {
        {false, NO_ASID, {false, false}}, {false, 2, {false, false}}, {false, 1, {true, true}},
        {true, NO_ASID, {true, false}},   {true, 2, {true, false}},   {true, 1, {true, false}},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned fence_ptrs = 0; fence_ptrs < 2; fence_ptrs++) {
            struct atlas_params p = rig_params(RIG_SV39);
            struct rig r;

            p.fence_ptrs = fence_ptrs;
            rig_open_with(&r, RIG_SV39, &p);
            rig_space(&r, 2);
            rig_map(&r, 0x7000, 0, RWXAD);
            rig_load(&r, 0x7000);
            assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 0), 2);
            rig_fence(&r, rows[i].va ? 0x12345000 : NO_VA, rows[i].asid);
            assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 0), rows[i].kept[fence_ptrs] ? 2 : 0);
            rig_close(&r);
        }
    }
}

static void the_ports_pointers_are_fenced_each_by_its_own_asid(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, RIG_SV39);
    rig_map(&r, 0x1000, 0, RWXAD);
    rig_access(&r, 0, LOAD, 0x1000);
    rig_space(&r, 2);
    rig_map(&r, 0x1000, 0, RWXAD);
    rig_access(&r, 1, LOAD, 0x1000);
    rig_fence(&r, NO_VA, 2);
    assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 0), 2);
    assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 1), 0);
    rig_close(&r);
}

/* P22 B3 */
static void a_changed_table_is_seen_after_the_fence_and_not_before(void **state)
{
    struct rig r;
    struct atlas_rsp rsp;

    (void)state;
    rig_open(&r, RIG_SV48);
    rig_map(&r, 0x5000, 0, 0x10 << PPN_LSB | RWXAD);
    rsp = rig_load(&r, 0x5000);
    rig_map(&r, 0x5000, 0, 0x20 << PPN_LSB | RWXAD);
    rsp = rig_load(&r, 0x5000);
    rig_assert_pa(&rsp, 0x10 << 12);
    rig_fence(&r, 0x5000, 1);
    rsp = rig_load(&r, 0x5000);
    rig_assert_pa(&rsp, 0x20 << 12);
    rig_put(&r, rig_pte_addr(&r, 0x5000, 1), 0x444 << PPN_LSB | PV);
    rig_map(&r, 0x5000, 0, 0x30 << PPN_LSB | RWXAD);
    rig_fence(&r, NO_VA, NO_ASID);
    rsp = rig_load(&r, 0x5000);
    rig_assert_pa(&rsp, 0x30 << 12);
    rig_close(&r);
}

static void asid_bits_that_are_not_kept_do_not_count(void **state)
{
    static const struct {
        unsigned bits, asid, same, other;
    } rows[] = {{2, 1, 5, 2}, {9, 1, 0x201, 0x101}, {16, 0x8001, 0x8001, 1}};

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct atlas_params p = rig_params(RIG_SV39);
        struct rig r;

        p.asid_bits = rows[i].bits;
        rig_open_with(&r, RIG_SV39, &p);
        rig_space(&r, rows[i].asid);
        rig_map(&r, 0x5000, 0, RWXAD);
        rig_load(&r, 0x5000);
        assert_int_equal(rig_entry(&r, ATLAS_RB_L1, 0, 5).asid, rows[i].asid);
        rig_fence(&r, NO_VA, (int)rows[i].other);
        assert_true(rig_entry(&r, ATLAS_RB_L1, 0, 5).valid);
        assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 0), 2);
        r.cfg.satp ^= ATLAS_SET(SATP64_ASID, rows[i].asid ^ rows[i].same);
        rig_configure(&r);
        rig_forget(&r);
        rig_load(&r, 0x5000);
        assert_int_equal(r.count, 0); /* the same ASID to it */
        rig_fence(&r, NO_VA, (int)rows[i].same);
        assert_false(rig_entry(&r, ATLAS_RB_L1, 0, 5).valid);
        assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 0), 0);
        rig_close(&r);
    }
}

static void with_no_asid_bits_all_spaces_are_one(void **state)
{
    struct atlas_params p = rig_params(RIG_SV39);
    struct rig r;

    (void)state;
    p.asid_bits = 0;
    rig_open_with(&r, RIG_SV39, &p);
    rig_map(&r, 0x5000, 0, RWXAD);
    rig_map(&r, 0x6000, 0, RWXAD | PG);
    rig_load(&r, 0x5000);
    rig_load(&r, 0x6000);
    assert_int_equal(rig_entry(&r, ATLAS_RB_L1, 0, 5).asid, 0);
    r.cfg.satp ^= ATLAS_SET(SATP64_ASID, 0x1234);
    rig_configure(&r);
    rig_forget(&r);
    rig_load(&r, 0x5000);
    assert_int_equal(r.count, 0);
    rig_fence(&r, NO_VA, 77); /* any ASID is ASID 0 */
    assert_false(rig_entry(&r, ATLAS_RB_L1, 0, 5).valid);
    assert_true(rig_entry(&r, ATLAS_RB_L1, 0, 6).valid);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_removes_what_it_names_and_nothing_else),
        cmocka_unit_test(a_fence_of_a_non_canonical_address_is_harmless),
        cmocka_unit_test(fences_treat_remembered_pointers_as_fence_ptrs_says),
        cmocka_unit_test(the_ports_pointers_are_fenced_each_by_its_own_asid),
        cmocka_unit_test(a_changed_table_is_seen_after_the_fence_and_not_before),
        cmocka_unit_test(asid_bits_that_are_not_kept_do_not_count),
        cmocka_unit_test(with_no_asid_bits_all_spaces_are_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
