/* test_mmu_walker.c: the walk: reads, checks in their order, A and D, errors from memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu_rig.h"

enum { FETCH = ATLAS_ACC_FETCH, LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };
enum { AMO = ATLAS_ACC_AMO, ALL_ACCESSES = 4 };

static const unsigned page_cause[] = {12, 13, 15, 15};
static const unsigned access_cause[] = {1, 5, 7, 7};

/* A leaf PPN that is aligned for this level, with bits set above. */
static uint64_t ppn_at(const struct rig *r, unsigned level)
{
    return UINT64_C(3) << (r->mode->slice_bits * level);
}

/* An address whose every slice and offset has bits of its own. */
static uint64_t some_va(const struct rig *r)
{
    return rig_va(r, 0x1a3, 0x0c5, 0x137, 0x099, 0x101) | 0x234;
}

/* P12 P15 P23 */
static void a_leaf_at_each_level_of_each_mode_translates(void **state)
{
    (void)state;
    for (unsigned m = 0; m < RIG_MODES; m++) {
        for (unsigned level = 0; level < rig_modes[m].levels; level++) {
            struct rig r;
            struct atlas_rsp rsp;
            uint64_t inside, va;

            rig_open(&r, m);
            va = some_va(&r);
            inside = ATLAS_ONES(12 + r.mode->slice_bits * level);
            rig_map(&r, va, level, ppn_at(&r, level) << PPN_LSB | RWXAD);
            rsp = rig_load(&r, va);
            rig_assert_pa(&rsp, ppn_at(&r, level) << 12 | (va & inside));
            assert_int_equal(rsp.level, level);
            assert_int_equal(r.count, r.mode->levels - level);
            assert_int_equal(r.log[r.count - 1].addr, rig_pte_addr(&r, va, level));
            assert_int_equal(rig_ctr(&r, ATLAS_GCTR_WALK), 1);
            assert_int_equal(rig_ctr(&r, ATLAS_GCTR_PTE_READ), r.mode->levels - level);
            rig_close(&r);
        }
    }
}

static void a_walk_reads_the_tables_from_the_root_down(void **state)
{
    struct rig r;
    uint64_t va;

    (void)state;
    rig_open(&r, RIG_SV39);
    va = rig_va(&r, 3, 5, 0x107, 0, 0);
    rig_put(&r, RIG_ROOT * 4096 + 4096 + 0x107 * 8, 0x777 << PPN_LSB | PV); /* ASID 1's root */
    rig_put(&r, 0x777 * 4096 + 5 * 8, 0x888 << PPN_LSB | PV);
    rig_put(&r, 0x888 * 4096 + 3 * 8, 0x999 << PPN_LSB | RWXAD);
    rig_load(&r, va);
    assert_int_equal(r.count, 3);
    assert_int_equal(r.log[0].addr, (RIG_ROOT + 1) * 4096 + 0x107 * 8);
    assert_int_equal(r.log[1].addr, 0x777 * 4096 + 5 * 8);
    assert_int_equal(r.log[2].addr, 0x888 * 4096 + 3 * 8);
    rig_close(&r);
}

/* B12 */
static void a_pointer_at_the_last_level_faults_after_exactly_levels_reads(void **state)
{
    (void)state;
    for (unsigned m = 0; m < RIG_MODES; m++) {
        struct rig r;
        struct atlas_rsp rsp;

        rig_open(&r, m);
        rig_map(&r, some_va(&r), 0, 0x555 << PPN_LSB | PV);
        rsp = rig_load(&r, some_va(&r));
        rig_assert_fault(&rsp, ATLAS_REASON_NO_LEAF, 13);
        assert_int_equal(r.count, r.mode->levels);
        rig_close(&r);
    }
}

/* B24 */
static void napot_translates_all_sixteen_pages_and_nothing_else(void **state)
{
    (void)state;
    for (unsigned page = 0; page < 16; page++) {
        struct rig r;
        struct atlas_rsp rsp;
        const uint64_t va = UINT64_C(0x40) << 12;

        rig_open(&r, RIG_SV39);
        for (unsigned i = 0; i < 17; i++)
            rig_map(&r, va + i * 4096, 0, PN | 0x1238 << PPN_LSB | RWXAD | PPBMT(1));
        rsp = rig_load(&r, va + page * 4096 + 7);
        rig_assert_pa(&rsp, (UINT64_C(0x1230) + page) << 12 | 7);
        assert_int_equal(rsp.napot, 1);
        assert_int_equal(rsp.level, 0);
        assert_int_equal(rsp.pbmt, ATLAS_PBMT_NC);
        rig_forget(&r);
        for (unsigned i = 0; i < 16; i++) {
            rsp = rig_load(&r, va + i * 4096 + 9);
            rig_assert_pa(&rsp, (UINT64_C(0x1230) + i) << 12 | 9);
        }
        assert_int_equal(r.count, 0);
        rig_load(&r, va + 16 * 4096);
        rig_load(&r, va - 4096);
        assert_int_not_equal(r.count, 0);
        rig_close(&r);
    }
}

static void pbmt_of_the_leaf_comes_with_the_answer_cold_and_warm(void **state)
{
    (void)state;
    for (unsigned pbmt = 0; pbmt < 3; pbmt++) {
        for (unsigned level = 0; level < 3; level++) {
            struct rig r;

            rig_open(&r, RIG_SV39);
            rig_map(&r, some_va(&r), level, PPBMT(pbmt) | ppn_at(&r, level) << PPN_LSB | RWXAD);
            assert_int_equal(rig_load(&r, some_va(&r)).pbmt, pbmt);
            assert_int_equal(rig_load(&r, some_va(&r)).pbmt, pbmt);
            rig_close(&r);
        }
    }
}

/* B7 */
static void a_bus_error_at_each_level_is_an_access_fault_of_the_original_type(void **state)
{
    (void)state;
    for (unsigned m = 0; m < RIG_MODES; m++) {
        for (unsigned level = 0; level < rig_modes[m].levels; level++) {
            for (unsigned acc = 0; acc < ALL_ACCESSES; acc++) {
                struct rig r;
                struct atlas_rsp rsp;

                rig_open(&r, m);
                rig_map(&r, some_va(&r), 0, 0x5000 << PPN_LSB | RWXAD);
                assert_true(sparse_fail(r.mem, rig_pte_addr(&r, some_va(&r), level), false, 0, 1));
                rsp = rig_access(&r, 0, acc, some_va(&r));
                rig_assert_fault(&rsp, ATLAS_REASON_PTE_BUS, access_cause[acc]);
                assert_int_equal(r.count, r.mode->levels - level);
                assert_int_equal(rig_ctr(&r, ATLAS_GCTR_BUS_ERROR), 1);
                assert_int_equal(rig_ctr(&r, ATLAS_GCTR_PTE_READ), r.count);
                assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_FAULT), 1);
                rsp = rig_access(&r, 0, acc, some_va(&r));
                rig_assert_pa(&rsp, 0x5000 << 12 | 0x234);
                rig_close(&r);
            }
        }
    }
}

static struct atlas_params narrow(unsigned m, unsigned pa_bits)
{
    struct atlas_params p = rig_params(m);

    p.pa_bits = pa_bits;
    if (pa_bits <= 21) /* no superpage fits */
        p.l1_big = p.l2_big = 0;
    return p;
}

/* B9 */
static void each_root_bit_beyond_the_width_is_an_access_fault_with_no_read(void **state)
{
    const struct atlas_params p = narrow(RIG_SV48, 32);

    (void)state;
    for (unsigned bit = 20; bit < 44; bit++) {
        struct rig r;
        struct atlas_rsp rsp;

        rig_open_with(&r, RIG_SV48, &p);
        r.cfg.satp |= UINT64_C(1) << bit;
        rig_configure(&r);
        rsp = rig_access(&r, 0, FETCH, some_va(&r));
        rig_assert_fault(&rsp, ATLAS_REASON_PTE_WIDTH, 1);
        assert_int_equal(r.count, 0);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_WALK), 0);
        rig_close(&r);
    }
}

/* B9 */
static void each_pointer_bit_beyond_the_width_is_an_access_fault_with_no_further_read(void **state)
{
    const struct atlas_params p = narrow(RIG_SV48, 32);

    (void)state;
    for (unsigned level = 1; level < 4; level++) {
        for (unsigned bit = 20; bit < 44; bit++) {
            struct rig r;
            struct atlas_rsp rsp;

            rig_open_with(&r, RIG_SV48, &p);
            rig_map(&r, some_va(&r), level, (UINT64_C(1) << bit | 0x200) << PPN_LSB | PV);
            rsp = rig_access(&r, 0, AMO, some_va(&r));
            rig_assert_fault(&rsp, ATLAS_REASON_PTE_WIDTH, 7);
            assert_int_equal(r.count, 4 - level);
            assert_false(rig_entry(&r, ATLAS_RB_PTR, 0, level - 1).valid);
            rig_close(&r);
        }
    }
}

/* B8 B9 */
static void each_leaf_bit_beyond_the_width_is_an_access_fault_before_any_update(void **state)
{
    const struct atlas_params p = narrow(RIG_SV39, 32);

    (void)state;
    for (unsigned level = 0; level < 3; level++) {
        for (unsigned bit = 20; bit < 44; bit++) {
            struct rig r;
            struct atlas_rsp rsp;

            rig_open_with(&r, RIG_SV39, &p);
            r.cfg.adue = true;
            rig_configure(&r);
            rig_map(&r, some_va(&r), level, UINT64_C(1) << bit << PPN_LSB | PV | PR | PW);
            rsp = rig_access(&r, 0, STORE, some_va(&r));
            rig_assert_fault(&rsp, ATLAS_REASON_LEAF_WIDTH, 7);
            assert_int_equal(r.count, 3 - level);
            assert_int_equal(rig_ctr(&r, ATLAS_GCTR_CAS), 0);
            rig_close(&r);
        }
    }
}

/* B9: a 512 GiB page at 0 with 4 GiB of physical memory. */
static void a_page_larger_than_physical_memory_translates_where_it_fits(void **state)
{
    const struct atlas_params p = narrow(RIG_SV48, 32);
    struct rig r;
    struct atlas_rsp rsp;

    (void)state;
    rig_open_with(&r, RIG_SV48, &p);
    rig_map(&r, 0, 3, RWXAD);
    rsp = rig_load(&r, 0xfffff123);
    rig_assert_pa(&rsp, 0xfffff123);
    assert_int_equal(rsp.level, 3);
    rsp = rig_load(&r, 0x100000123);
    rig_assert_fault(&rsp, ATLAS_REASON_LEAF_WIDTH, 5);
    assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0), 0);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FILL), 0);
    rig_close(&r);
}

static void a_page_is_remembered_iff_it_fits_in_physical_memory(void **state)
{
    static const struct {
        unsigned pa_bits, level;
        uint64_t pte;
        unsigned filled;
    } rows[] = {
        {30, 2, 0, 1},
        {29, 2, 0, 0},
        {22, 1, 0, 1},
        {21, 1, 0, 1},
        {20, 1, 0, 0},
        {14, 0, 0, 1},
        {16, 0, PN | 8 << PPN_LSB, 1},
        {15, 0, PN | 8 << PPN_LSB, 0},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct atlas_params p = narrow(RIG_SV39, rows[i].pa_bits);
        struct rig r;
        struct atlas_rsp rsp;

        rig_open_with(&r, RIG_SV39, &p);
        r.cfg.satp = ATLAS_SET(SATP64_MODE, ATLAS_MODE_SV39) | 1; /* all tables in 4 pages */
        r.next_table = 2;
        rig_configure(&r);
        rig_map(&r, 0, rows[i].level, rows[i].pte | RWXAD);
        rsp = rig_load(&r, 0x123);
        rig_assert_pa(&rsp, 0x123);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FILL), rows[i].filled);
        assert_int_equal(rig_valid(&r, ATLAS_RB_SIDE, 0) + rig_valid(&r, ATLAS_RB_L1, 0),
                         rows[i].filled);
        rig_close(&r);
    }
}

/* B23 */
static void svade_faults_and_leaves_memory_as_it_was(void **state)
{
    static const struct {
        unsigned acc, flags, reason;
    } rows[] = {
        {FETCH, 0, ATLAS_REASON_A_CLEAR},  {LOAD, 0, ATLAS_REASON_A_CLEAR},
        {STORE, 0, ATLAS_REASON_A_CLEAR},  {AMO, PD, ATLAS_REASON_A_CLEAR},
        {STORE, PA, ATLAS_REASON_D_CLEAR}, {AMO, PA, ATLAS_REASON_D_CLEAR},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint64_t pte = 0x5000 << PPN_LSB | PV | PR | PW | PX | rows[i].flags;
        struct rig r;
        struct atlas_rsp rsp;

        rig_open(&r, RIG_SV39);
        rig_map(&r, some_va(&r), 0, pte);
        rsp = rig_access(&r, 0, rows[i].acc, some_va(&r));
        rig_assert_fault(&rsp, rows[i].reason, page_cause[rows[i].acc]);
        assert_int_equal(rig_get(&r, rig_pte_addr(&r, some_va(&r), 0)), pte);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_CAS), 0);
        assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), 0);
        rig_close(&r);
    }
}

/* B22 */
static void svadu_writes_exactly_the_bits_that_the_access_needs(void **state)
{
    static const struct {
        unsigned acc, before, after;
    } rows[] = {
        {FETCH, 0, PA},      {LOAD, 0, PA},
        {STORE, 0, PA | PD}, {AMO, 0, PA | PD},
        {LOAD, PD, PA | PD}, {STORE, PA, PA | PD},
        {AMO, PA, PA | PD},  {LOAD, PA, PA},
        {FETCH, PA, PA},     {STORE, PA | PD, PA | PD},
    };

    (void)state;
    for (unsigned m = 0; m < RIG_MODES; m++) {
        for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            const uint64_t pte = 0x5000 << PPN_LSB | PV | PR | PW | PX | 2 << 8;
            const bool updates = rows[i].before != rows[i].after;
            struct rig r;
            struct atlas_rsp rsp;
            uint64_t addr;

            rig_open(&r, m);
            r.cfg.adue = true;
            rig_configure(&r);
            rig_map(&r, some_va(&r), 0, pte | rows[i].before);
            addr = rig_pte_addr(&r, some_va(&r), 0);
            rsp = rig_access(&r, 0, rows[i].acc, some_va(&r));
            rig_assert_pa(&rsp, 0x5000 << 12 | 0x234);
            assert_int_equal(rig_get(&r, addr), pte | rows[i].after);
            assert_int_equal(rig_ctr(&r, ATLAS_GCTR_CAS), updates);
            assert_int_equal(r.count, r.mode->levels + updates);
            if (updates) {
                assert_true(r.log[r.count - 1].cas);
                assert_int_equal(r.log[r.count - 1].addr, addr);
                assert_int_equal(r.log[r.count - 1].old, pte | rows[i].before);
                assert_int_equal(r.log[r.count - 1].value, pte | rows[i].after);
            }
            rig_close(&r);
        }
    }
}

/* B22 */
static void a_store_after_a_load_walks_again_and_sets_d(void **state)
{
    struct rig r;
    struct atlas_rsp rsp;
    uint64_t addr;

    (void)state;
    rig_open(&r, RIG_SV39);
    r.cfg.adue = true;
    rig_configure(&r);
    rig_map(&r, some_va(&r), 0, 0x5000 << PPN_LSB | PV | PR | PW);
    addr = rig_pte_addr(&r, some_va(&r), 0);
    rig_load(&r, some_va(&r));
    assert_int_equal(rig_get(&r, addr), 0x5000 << PPN_LSB | PV | PR | PW | PA);
    rsp = rig_access(&r, 0, STORE, some_va(&r));
    rig_assert_pa(&rsp, 0x5000 << 12 | 0x234);
    assert_int_equal(rig_get(&r, addr), 0x5000 << PPN_LSB | PV | PR | PW | PA | PD);
    rig_forget(&r);
    rig_access(&r, 0, STORE, some_va(&r));
    assert_int_equal(r.count, 0);
    assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_L1_HIT), 1);
    rig_close(&r);
}

/* B22 */
static void a_changed_pte_is_read_again_and_judged_anew(void **state)
{
    static const struct {
        uint64_t changed_to;
        unsigned reason, cas;
    } rows[] = {
        {0, ATLAS_REASON_INVALID, 1},
        {0x6000 << PPN_LSB | PV | PR | PA, ATLAS_REASON_NO_W, 1},
        {0x6000 << PPN_LSB | RWXAD, ATLAS_REASON_NONE, 1},
        {0x6000 << PPN_LSB | PV | PR | PW | PA, ATLAS_REASON_NONE, 2},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig r;
        struct atlas_rsp rsp;

        rig_open(&r, RIG_SV39);
        r.cfg.adue = true;
        rig_configure(&r);
        rig_map(&r, some_va(&r), 0, 0x5000 << PPN_LSB | PV | PR | PW);
        r.changes = 1;
        r.changed_to = rows[i].changed_to;
        rsp = rig_access(&r, 0, STORE, some_va(&r));
        if (rows[i].reason == ATLAS_REASON_NONE)
            rig_assert_pa(&rsp, 0x6000 << 12 | 0x234);
        else
            rig_assert_fault(&rsp, rows[i].reason, 15);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_CAS), rows[i].cas);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_CAS_FAIL), 1);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_PTE_READ), 4);
        assert_int_equal(r.log[4].addr, r.log[2].addr); /* the same PTE, not the root */
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_WALK), 1);
        rig_close(&r);
    }
}

/* B22 B29 */
static void a_failed_update_is_an_access_fault_and_fills_nothing(void **state)
{
    (void)state;
    for (unsigned acc = 0; acc < ALL_ACCESSES; acc++) {
        const uint64_t pte = 0x5000 << PPN_LSB | PV | PR | PW | PX;
        struct rig r;
        struct atlas_rsp rsp;
        uint64_t addr;

        rig_open(&r, RIG_SV39);
        r.cfg.adue = true;
        rig_configure(&r);
        rig_map(&r, some_va(&r), 0, pte);
        addr = rig_pte_addr(&r, some_va(&r), 0);
        assert_true(sparse_fail(r.mem, addr, true, 0, 1));
        rsp = rig_access(&r, 0, acc, some_va(&r));
        rig_assert_fault(&rsp, ATLAS_REASON_AD_BUS, access_cause[acc]);
        assert_int_equal(rig_get(&r, addr), pte);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_CAS), 1);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_CAS_FAIL), 0);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_BUS_ERROR), 1);
        assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0) + rig_valid(&r, ATLAS_RB_L2, 0), 0);
        rig_close(&r);
    }
}

/* B6 */
static void a_fault_leaves_the_tlbs_alone_and_the_repair_needs_no_fence(void **state)
{
    static const uint64_t bad[] = {0, PV | PW, PV | PR | PX | PA, 0x5000 << PPN_LSB | PV | PR | PW};

    (void)state;
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct rig r;
        struct atlas_rsp rsp;

        rig_open(&r, RIG_SV39);
        rig_map(&r, some_va(&r), 0, bad[i]);
        for (unsigned again = 0; again < 2; again++) {
            rig_forget(&r);
            rsp = rig_access(&r, 0, STORE, some_va(&r));
            assert_int_equal(rsp.cause, 15);
            assert_true(r.count > 0);
            assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0) + rig_valid(&r, ATLAS_RB_L2, 0), 0);
        }
        rig_map(&r, some_va(&r), 0, 0x5000 << PPN_LSB | RWXAD);
        rsp = rig_access(&r, 0, STORE, some_va(&r));
        rig_assert_pa(&rsp, 0x5000 << 12 | 0x234);
        rig_close(&r);
    }
}

/* M20 */
static void with_the_tlb_off_every_access_walks_from_the_root_and_nothing_is_kept(void **state)
{
    struct rig r;
    struct atlas_rsp rsp;

    (void)state;
    rig_open(&r, RIG_SV39);
    rig_map(&r, some_va(&r), 0, 0x5000 << PPN_LSB | RWXAD);
    rig_access(&r, 1, LOAD, some_va(&r));
    r.cfg.tlb_off = true;
    rig_configure(&r);
    for (unsigned i = 1; i <= 3; i++) {
        rig_forget(&r);
        rsp = rig_access(&r, 1, LOAD, some_va(&r));
        rig_assert_pa(&rsp, 0x5000 << 12 | 0x234);
        assert_int_equal(r.count, 3);
        assert_int_equal(rig_port_ctr(&r, 1, ATLAS_CTR_LOOKUP), 1 + i);
        assert_int_equal(rig_port_ctr(&r, 1, ATLAS_CTR_L1_MISS), 1 + i);
    }
    rig_load(&r, some_va(&r));
    assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0), 0);
    assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 0), 0);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FILL), 1);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_MISS), 1);
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_PTR_HIT), 0);
    r.cfg.tlb_off = false; /* what was there before is still there */
    rig_configure(&r);
    rig_forget(&r);
    rig_access(&r, 1, LOAD, some_va(&r));
    assert_int_equal(r.count, 0);
    rig_close(&r);
}

static void sv32_uses_34_bits_of_physical_address(void **state)
{
    struct rig r;
    struct atlas_rsp rsp;

    (void)state;
    rig_open(&r, RIG_SV32);
    rig_map(&r, 0x12345678, 0, UINT64_C(0x3fffff) << PPN_LSB | RWXAD);
    rsp = rig_load(&r, 0x12345678);
    rig_assert_pa(&rsp, UINT64_C(0x3fffff678));
    rig_map(&r, 0xffc01000, 1, UINT64_C(0x3ffc00) << PPN_LSB | RWXAD);
    rsp = rig_load(&r, 0xffc01abc);
    rig_assert_pa(&rsp, UINT64_C(0x3ffc01abc));
    rsp = rig_load(&r, UINT64_C(0xdeadbeef00000000) | 0xffc01abc);
    rig_assert_pa(&rsp, UINT64_C(0x3ffc01abc));
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_at_each_level_of_each_mode_translates),
        cmocka_unit_test(a_walk_reads_the_tables_from_the_root_down),
        cmocka_unit_test(a_pointer_at_the_last_level_faults_after_exactly_levels_reads),
        cmocka_unit_test(napot_translates_all_sixteen_pages_and_nothing_else),
        cmocka_unit_test(pbmt_of_the_leaf_comes_with_the_answer_cold_and_warm),
        cmocka_unit_test(a_bus_error_at_each_level_is_an_access_fault_of_the_original_type),
        cmocka_unit_test(each_root_bit_beyond_the_width_is_an_access_fault_with_no_read),
        cmocka_unit_test(each_pointer_bit_beyond_the_width_is_an_access_fault_with_no_further_read),
        cmocka_unit_test(each_leaf_bit_beyond_the_width_is_an_access_fault_before_any_update),
        cmocka_unit_test(a_page_larger_than_physical_memory_translates_where_it_fits),
        cmocka_unit_test(a_page_is_remembered_iff_it_fits_in_physical_memory),
        cmocka_unit_test(svade_faults_and_leaves_memory_as_it_was),
        cmocka_unit_test(svadu_writes_exactly_the_bits_that_the_access_needs),
        cmocka_unit_test(a_store_after_a_load_walks_again_and_sets_d),
        cmocka_unit_test(a_changed_pte_is_read_again_and_judged_anew),
        cmocka_unit_test(a_failed_update_is_an_access_fault_and_fills_nothing),
        cmocka_unit_test(a_fault_leaves_the_tlbs_alone_and_the_repair_needs_no_fence),
        cmocka_unit_test(with_the_tlb_off_every_access_walks_from_the_root_and_nothing_is_kept),
        cmocka_unit_test(sv32_uses_34_bits_of_physical_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
