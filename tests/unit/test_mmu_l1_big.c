/* test_mmu_l1_big.c: the L1's RAM of superpages (L1_BIG): places, matches, fills, and who counts if
 * the other arrays match as well. Fences of it are in test_mmu_fence.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu_rig.h"

enum { LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE, SETS = 16, MOST = 256 };

static const uint64_t MIB2 = UINT64_C(1) << 21;
static const uint64_t GIB = UINT64_C(1) << 30;

/* 16 sets of 4 KiB pages, this many superpages and side entries, no L2. */
static void open_sized(struct rig *r, unsigned mode, unsigned big, unsigned side)
{
    struct atlas_params p = rig_params(mode);

    p.l1_sets = SETS;
    p.l1_big = big;
    p.l1_side = side;
    p.l2_sets = 0;
    p.l2_big = 0;
    rig_open_with(r, mode, &p);
}

static uint64_t pte_of(uint64_t ppn, uint64_t flags)
{
    return ppn << PPN_LSB | flags;
}

/* The entry of set `set` of port 0: behind those of the 4 KiB RAM. */
static struct atlas_entry superpage(const struct rig *r, unsigned set)
{
    return rig_entry(r, ATLAS_RB_L1, 0, SETS + set);
}

/* Valid entries of the 4 KiB RAM, the superpage RAM, and beside them, as digits. */
static unsigned kept(const struct rig *r)
{
    const unsigned all = rig_valid(r, ATLAS_RB_L1, 0);
    unsigned pages = 0;

    for (unsigned i = 0; i < SETS; i++)
        pages += rig_entry(r, ATLAS_RB_L1, 0, i).valid;
    return pages * 100 + (all - pages) * 10 + rig_valid(r, ATLAS_RB_SIDE, 0);
}

/* True if the access is answered without a read. */
static bool hits(struct rig *r, unsigned acc, uint64_t va)
{
    const unsigned before = r->count;
    const struct atlas_rsp rsp = rig_access(r, 0, acc, va);

    return r->count == before && !rsp.fault;
}

/* Forget the pointers, and nothing else: there is no such page, and no such ASID. */
static void forget_pointers(struct rig *r)
{
    rig_fence(r, 0x7fff000, 9);
}

static bool is_leaf(const struct rig *r, uint64_t addr)
{
    uint64_t pte;

    return sparse_read(r->mem, &pte, addr, r->mode->bytes) && (pte & PR) != 0;
}

/* The leaf of va becomes one of this level, without a fence. */
static void remap(struct rig *r, uint64_t va, unsigned level, uint64_t pte)
{
    forget_pointers(r);
    for (unsigned above = r->mode->levels - 1; above > level; above--)
        if (is_leaf(r, rig_pte_addr(r, va, above)))
            rig_put(r, rig_pte_addr(r, va, above), 0);
    rig_map(r, va, level, pte);
}

/* ---- Places -------------------------------------------------------------------------------- */

/* A superpage of a random address, the canonical ones of the mode. */
static uint64_t random_superpage(const struct rig *r, uint64_t i)
{
    const uint64_t v = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

    return rig_va(r, 0, v & 511, v >> 9 & 511, v >> 18 & 511, v >> 27 & 511);
}

/* P18 */
static void a_superpage_goes_to_the_set_of_its_number(void **state)
{
    (void)state;
    for (unsigned m = 0; m < RIG_MODES; m++) {
        for (unsigned big = 1; big <= MOST; big *= 2) {
            struct rig r;

            open_sized(&r, m, big, 1);
            for (uint64_t i = 0; i < 40; i++) {
                const uint64_t va = random_superpage(&r, i);
                const uint64_t vpn = va >> 12 & ATLAS_ONES(m == RIG_SV32 ? 20 : 45);
                const uint64_t page = vpn >> r.mode->slice_bits;
                const unsigned set = (unsigned)(page % big);
                const uint64_t ppn = (i + 1) << r.mode->slice_bits;

                rig_fence(&r, -1, -1);
                rig_map(&r, va, 1, pte_of(ppn, RWXAD));
                rig_load(&r, va);
                assert_int_equal(kept(&r), 10);
                assert_int_equal(superpage(&r, set).valid, 1);
                assert_int_equal(superpage(&r, set).vpn, vpn);
                assert_int_equal(superpage(&r, set).ppn, ppn);
                assert_true(hits(&r, LOAD, va));
            }
            rig_close(&r);
        }
    }
}

static void only_level_1_goes_there(void **state)
{
    static const struct {
        unsigned level;
        uint64_t flags;
        unsigned kept; /* 4 KiB RAM, superpage RAM, side */
    } rows[] = {{0, 0, 100}, {0, PN, 1}, {1, 0, 10}, {2, 0, 1}, {3, 0, 1}};

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint64_t ppn = (rows[i].flags & PN) != 0 ? 8 : 0;
        struct rig r;
        struct atlas_rsp rsp;

        open_sized(&r, RIG_SV48, 4, 1);
        rig_map(&r, 0, rows[i].level, pte_of(ppn, RWXAD) | rows[i].flags);
        rsp = rig_load(&r, 0x123);
        rig_assert_pa(&rsp, 0x123);
        assert_int_equal(kept(&r), rows[i].kept);
        assert_true(hits(&r, STORE, 0x456));
        assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_L1_HIT), rows[i].kept == 100);
        assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_SIDE_HIT), rows[i].kept != 100);
        assert_int_equal(atlas_replacement(r.mmu, 0), 0);
        rig_close(&r);
    }
}

static void an_entry_keeps_all_fields_of_its_leaf(void **state)
{
    struct rig r;
    struct atlas_entry e;

    (void)state;
    open_sized(&r, RIG_SV57, 8, 1);
    rig_map(&r, 3 * MIB2, 1, PPBMT(2) | pte_of(0x1234567e00, PV | PX | PU | PA | PG));
    r.req.priv = ATLAS_PRIV_U;
    rig_access(&r, 0, ATLAS_ACC_FETCH, 3 * MIB2 + 0x123456);
    e = superpage(&r, 3);
    assert_int_equal(e.valid, 1);
    assert_int_equal(e.g, 1);
    assert_int_equal(e.asid, 1);
    assert_int_equal(e.vpn, 3 << 9);
    assert_int_equal(e.ppn, 0x1234567e00);
    assert_int_equal(e.level, 1);
    assert_int_equal(e.napot, 0);
    assert_int_equal(e.pbmt, 2);
    assert_int_equal(e.r << 4 | e.w << 3 | e.x << 2 | e.u << 1 | e.d, 0x06);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 1), 0); /* the other port's TLB is its own */
    rig_close(&r);
}

static void superpages_of_one_set_evict_each_other_and_others_do_not(void **state)
{
    struct rig r;
    const uint64_t a = 5 * MIB2, b = (32 + 5) * MIB2, c = 4 * MIB2; /* sets 5, 5, 4 of 8 */

    (void)state;
    open_sized(&r, RIG_SV39, 8, 1);
    rig_map(&r, a, 1, pte_of(0x200, RWXAD));
    rig_map(&r, b, 1, pte_of(0x400, RWXAD));
    rig_map(&r, c, 1, pte_of(0x600, RWXAD));
    rig_load(&r, a);
    rig_load(&r, c);
    assert_true(hits(&r, LOAD, a));
    rig_load(&r, b);
    assert_true(hits(&r, LOAD, b));
    assert_true(hits(&r, LOAD, c));
    assert_false(hits(&r, LOAD, a));
    assert_false(hits(&r, LOAD, b));
    assert_int_equal(kept(&r), 20);
    rig_close(&r);
}

static void megapages_of_sv32_are_superpages(void **state)
{
    const uint64_t mib4 = UINT64_C(1) << 22;
    struct atlas_rsp rsp;
    struct rig r;

    (void)state;
    open_sized(&r, RIG_SV32, 256, 1);
    for (uint64_t i = 0; i < 1024; i++)
        rig_map(&r, i * mib4, 1, pte_of((1023 - i) << 10, RWXAD));
    for (uint64_t i = 0; i < 256; i++) {
        rsp = rig_load(&r, i * mib4 + 0x3ff00c);
        rig_assert_pa(&rsp, (1023 - i) * mib4 + 0x3ff00c);
        assert_int_equal(rsp.level, 1);
    }
    assert_int_equal(kept(&r), 2560); /* each of them in a set of its own */
    for (uint64_t i = 0; i < 256; i++)
        assert_true(hits(&r, STORE, i * mib4));
    assert_false(hits(&r, LOAD, 256 * mib4));
    rig_close(&r);
}

/* ---- Matches and fills --------------------------------------------------------------------- */

/* B22 B23: a store to a page that was clean walks, sets D in memory, and the entry follows. */
static void a_store_to_a_clean_superpage_walks_once(void **state)
{
    (void)state;
    for (unsigned adue = 0; adue < 2; adue++) {
        const uint64_t clean = pte_of(0x200, PV | PR | PW | PA);
        struct rig r;
        struct atlas_rsp rsp;

        open_sized(&r, RIG_SV39, 4, 1);
        r.cfg.adue = adue != 0;
        rig_configure(&r);
        rig_map(&r, MIB2, 1, clean);
        rig_load(&r, MIB2);
        assert_int_equal(superpage(&r, 1).d, 0);
        rsp = rig_access(&r, 0, STORE, MIB2 + 8);
        if (adue == 0) {
            rig_assert_fault(&rsp, ATLAS_REASON_D_CLEAR, 15);
        } else {
            rig_assert_pa(&rsp, 0x200008);
            assert_int_equal(rig_ctr(&r, ATLAS_GCTR_CAS), 1);
        }
        assert_int_equal(rig_get(&r, rig_pte_addr(&r, MIB2, 1)), clean | (adue != 0 ? PD : 0));
        assert_int_equal(superpage(&r, 1).d, adue);
        assert_int_equal(kept(&r), 10);
        assert_int_equal(hits(&r, STORE, MIB2), adue != 0);
        assert_true(hits(&r, LOAD, MIB2));
        rig_close(&r);
    }
}

/* B14: what refuses the access, and matches it, makes room for the leaf that the walk has found;
 * else the next access would be refused and walk as well, and so on without end. */
static void a_refused_superpage_makes_room_for_the_pages_below_it(void **state)
{
    static const uint64_t napot[] = {0, PN};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct rig r;
        struct atlas_rsp rsp;

        open_sized(&r, RIG_SV39, 4, 4);
        rig_map(&r, 0, 1, pte_of(0x200, PV | PR | PA));
        rig_load(&r, 0);
        assert_int_equal(kept(&r), 10);
        remap(&r, 0x3000, 0, pte_of(i == 0 ? 0x33 : 0x38, RWXAD) | napot[i]);
        rsp = rig_access(&r, 0, STORE, 0x3000);
        rig_assert_pa(&rsp, 0x33000);
        assert_int_equal(kept(&r), i == 0 ? 100 : 1);
        for (unsigned again = 0; again < 3; again++)
            assert_true(hits(&r, STORE, 0x3000));
        rig_close(&r);
    }
}

/* What the fill of a page drops is what matches its request: a superpage of another ASID stays,
 * a global one goes; and one beside it in no case. */
static void a_fill_drops_no_superpage_of_others(void **state)
{
    (void)state;
    for (unsigned global = 0; global < 2; global++) {
        struct rig r;

        open_sized(&r, RIG_SV39, 4, 1);
        rig_map(&r, MIB2, 1, pte_of(0x200, RWXAD));
        rig_load(&r, MIB2);
        rig_map(&r, 0, 1, pte_of(0x400, PV | PR | PA | (global != 0 ? PG : 0)));
        rig_load(&r, 0);
        assert_int_equal(kept(&r), 20);
        rig_space(&r, 2);
        rig_map(&r, 0, 0, pte_of(0x33, RWXAD));
        rig_access(&r, 0, STORE, 0);
        assert_int_equal(kept(&r), global != 0 ? 110 : 120);
        assert_true(superpage(&r, 1).valid);
        rig_space(&r, 1);
        assert_int_equal(hits(&r, LOAD, 0), global == 0);
        rig_close(&r);
    }
}

/* ---- Several match ------------------------------------------------------------------------- */

/* Over va: a 4 KiB page at 0x10000, a 2 MiB page from 0x40000000 and a 1 GiB page from 0x80000000,
 * all remembered; `clean` of them (bit 0: 4 KiB) are read-only. The oldest leaf goes in first, so
 * that no fill drops another: each is filled through another page of its own. */
static void open_overlapping(struct rig *r, uint64_t va, unsigned clean)
{
    static const uint64_t read_only = PV | PR | PA;

    open_sized(r, RIG_SV39, 4, 2);
    rig_map(r, va, 0, pte_of(0x10, (clean & 1) != 0 ? read_only : RWXAD));
    rig_load(r, va);
    remap(r, va, 1, pte_of(0x40000, (clean & 2) != 0 ? read_only : RWXAD));
    rig_load(r, va + 0x1000);
    remap(r, va, 2, pte_of(0x80000, (clean & 4) != 0 ? read_only : RWXAD));
    rig_load(r, va + MIB2);
    assert_int_equal(kept(r), 111);
}

/* B14: a side entry counts before a superpage, and that before a 4 KiB page. */
static void the_largest_array_counts(void **state)
{
    const uint64_t va = 3 * GIB + 5 * MIB2;
    struct atlas_rsp rsp;
    struct rig r;

    (void)state;
    open_overlapping(&r, va, 0);
    rig_forget(&r);
    rsp = rig_load(&r, va | 4);
    rig_assert_pa(&rsp, 2 * GIB + 5 * MIB2 + 4);
    assert_int_equal(rsp.level, 2);
    rig_fence(&r, (int64_t)(va + MIB2), -1); /* the side entry goes, the others stay */
    assert_int_equal(kept(&r), 110);
    rsp = rig_load(&r, va | 4);
    rig_assert_pa(&rsp, GIB + 4);
    assert_int_equal(rsp.level, 1);
    rig_fence(&r, (int64_t)va + 0x1000, -1);
    assert_int_equal(kept(&r), 100);
    rsp = rig_load(&r, va | 4);
    rig_assert_pa(&rsp, 0x10004);
    assert_int_equal(rsp.level, 0);
    assert_int_equal(r.count, 0);
    rig_close(&r);
}

/* The one that counts does so alone: if it refuses, none of the others answers, and the walk's fill
 * drops both that are no 4 KiB page. */
static void the_one_that_counts_counts_alone(void **state)
{
    const uint64_t va = 3 * GIB + 5 * MIB2;

    (void)state;
    for (unsigned clean = 0; clean < 8; clean++) {
        struct rig r;
        struct atlas_rsp rsp;

        open_overlapping(&r, va, clean);
        rig_forget(&r);
        rsp = rig_access(&r, 0, STORE, va);
        if ((clean & 4) == 0) {
            rig_assert_pa(&rsp, 2 * GIB + 5 * MIB2);
        } else {
            rig_assert_fault(&rsp, ATLAS_REASON_NO_W, 15);
            assert_true(r.count > 0);
        }
        assert_int_equal(kept(&r), 111); /* a fault leaves all */
        rig_fence(&r, (int64_t)(va + MIB2), -1);
        rig_forget(&r);
        rsp = rig_access(&r, 0, STORE, va);
        assert_int_equal(r.count > 0, (clean & 2) != 0);
        if ((clean & 2) == 0)
            rig_assert_pa(&rsp, GIB);
        rig_close(&r);
    }
}

static void a_walk_drops_both_large_entries_that_match(void **state)
{
    const uint64_t va = 3 * GIB + 5 * MIB2;
    struct atlas_rsp rsp;
    struct rig r;

    (void)state;
    open_overlapping(&r, va, 6);
    remap(&r, va, 0, pte_of(0x99, RWXAD));
    rsp = rig_access(&r, 0, STORE, va);
    rig_assert_pa(&rsp, 0x99000);
    assert_int_equal(kept(&r), 100);
    rsp = rig_load(&r, va);
    rig_assert_pa(&rsp, 0x99000);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_superpage_goes_to_the_set_of_its_number),
        cmocka_unit_test(only_level_1_goes_there),
        cmocka_unit_test(an_entry_keeps_all_fields_of_its_leaf),
        cmocka_unit_test(superpages_of_one_set_evict_each_other_and_others_do_not),
        cmocka_unit_test(megapages_of_sv32_are_superpages),
        cmocka_unit_test(a_store_to_a_clean_superpage_walks_once),
        cmocka_unit_test(a_refused_superpage_makes_room_for_the_pages_below_it),
        cmocka_unit_test(a_fill_drops_no_superpage_of_others),
        cmocka_unit_test(the_largest_array_counts),
        cmocka_unit_test(the_one_that_counts_counts_alone),
        cmocka_unit_test(a_walk_drops_both_large_entries_that_match),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
