/* test_mmu_refill: the model with SW_REFILL = 1: software fills its TLBs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mmu_rig.h"

enum { LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE, VA = 0x201000 };

static void open_refilled(struct rig *r, unsigned mode)
{
    struct atlas_params p = rig_params(mode);

    p.walks = 1;
    p.sw_refill = 1;
    rig_open_with(r, mode, &p);
}

static struct atlas_refill leaf(unsigned level, uint64_t pte)
{
    return (struct atlas_refill){.va = VA, .asid = 1, .level = (uint8_t)level, .pte = pte};
}

static unsigned give(struct rig *r, unsigned level, uint64_t pte)
{
    const struct atlas_refill refill = leaf(level, pte);

    return atlas_refill(r->mmu, &refill);
}

/* X3 */
static void a_miss_is_a_page_fault_of_its_own_kind(void **state)
{
    static const uint8_t causes[] = {ATLAS_CAUSE_FETCH_PAGE, ATLAS_CAUSE_LOAD_PAGE,
                                     ATLAS_CAUSE_STORE_PAGE, ATLAS_CAUSE_STORE_PAGE};
    struct rig r;

    (void)state;
    open_refilled(&r, RIG_SV39);
    rig_map(&r, VA, 0, 0x10 << PPN_LSB | RWXAD);
    for (unsigned acc = 0; acc < 4; acc++) {
        struct atlas_rsp rsp = rig_access(&r, 0, acc, VA);

        assert_int_equal(rsp.reason, ATLAS_REASON_TLB_MISS);
        assert_int_equal(rsp.cause, causes[acc]);
        assert_int_equal(rsp.pa, 0);
    }
    assert_int_equal(r.count, 0); /* no memory transaction */
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_WALK), 0);
    rig_close(&r);
}

/* X3 */
static void what_software_fills_is_hit(void **state)
{
    struct rig r;

    (void)state;
    for (unsigned mode = 0; mode < RIG_MODES; mode++) {
        open_refilled(&r, mode);
        assert_int_equal(give(&r, 0, 0x10 << PPN_LSB | RWXAD), ATLAS_REASON_NONE);
        assert_int_equal(rig_access(&r, 0, LOAD, VA + 8).pa, 0x10008);
        assert_int_equal(rig_access(&r, 1, LOAD, VA + 8).pa, 0x10008); /* the L2 has it */
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_HIT), 1);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FILL), 2);
        rig_fence(&r, VA, -1);
        assert_int_equal(rig_access(&r, 0, LOAD, VA).reason, ATLAS_REASON_TLB_MISS);
        rig_close(&r);
    }
}

static void a_store_misses_a_clean_page(void **state)
{
    struct rig r;

    (void)state;
    open_refilled(&r, RIG_SV48);
    r.cfg.adue = true;
    rig_configure(&r);
    assert_int_equal(give(&r, 0, 0x10 << PPN_LSB | (RWXAD & ~PD)), ATLAS_REASON_NONE);
    assert_false(rig_access(&r, 0, LOAD, VA).fault);
    assert_int_equal(rig_access(&r, 0, STORE, VA).reason, ATLAS_REASON_TLB_MISS);
    assert_int_equal(give(&r, 0, 0x10 << PPN_LSB | RWXAD), ATLAS_REASON_NONE);
    assert_int_equal(rig_access(&r, 0, STORE, VA).pa, 0x10000);
    assert_int_equal(r.count, 0);
    rig_close(&r);
}

static void an_address_that_cannot_be_translated_is_no_miss(void **state)
{
    struct rig r;

    (void)state;
    open_refilled(&r, RIG_SV39);
    assert_int_equal(rig_access(&r, 0, LOAD, UINT64_C(1) << 40).reason, ATLAS_REASON_NONCANONICAL);
    r.req.priv = ATLAS_PRIV_M;
    assert_int_equal(rig_access(&r, 0, LOAD, 0x77).pa, 0x77);
    assert_int_equal(rig_access(&r, 0, LOAD, UINT64_C(1) << 60).reason, ATLAS_REASON_VA_WIDTH);
    rig_close(&r);
}

/* The first rule that refuses a leaf is its reason, and nothing is filled. */
static void each_wrong_leaf_is_refused_with_its_reason(void **state)
{
    static const struct {
        uint64_t va, pte;
        unsigned level, reason;
    } rows[] = {
        {VA, RWXAD, 3, ATLAS_REASON_MODE},
        {VA, RWXAD, 7, ATLAS_REASON_MODE},
        {UINT64_C(1) << 40, RWXAD, 3, ATLAS_REASON_MODE},
        {UINT64_C(1) << 40, 0, 0, ATLAS_REASON_NONCANONICAL},
        {VA, RWXAD & ~PV, 0, ATLAS_REASON_INVALID},
        {VA, RWXAD & ~PR, 0, ATLAS_REASON_W_NO_R},
        {VA, RWXAD | UINT64_C(1) << 54, 0, ATLAS_REASON_RESERVED},
        {VA, RWXAD | PPBMT(3), 0, ATLAS_REASON_RESERVED},
        {VA, PV | PA, 1, ATLAS_REASON_PTR_ATTR},
        {VA, PV, 1, ATLAS_REASON_NO_LEAF},
        {VA, PV, 0, ATLAS_REASON_NO_LEAF},
        {VA, RWXAD | 1 << PPN_LSB, 1, ATLAS_REASON_MISALIGNED},
        {VA, RWXAD | PN | 4 << PPN_LSB, 0, ATLAS_REASON_NAPOT},
        {VA, (RWXAD & ~PA) | UINT64_C(1) << 53, 0, ATLAS_REASON_A_CLEAR},
        {VA, RWXAD | UINT64_C(1) << 53, 0, ATLAS_REASON_LEAF_WIDTH},
        {VA, RWXAD, 2, ATLAS_REASON_LEAF_WIDTH}, /* larger than physical memory */
    };
    struct atlas_params p = rig_params(RIG_SV39);
    struct rig r;

    (void)state;
    p.walks = 1;
    p.sw_refill = 1;
    p.pa_bits = 29;
    rig_open_with(&r, RIG_SV39, &p);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct atlas_refill refill = {
            .va = rows[i].va, .asid = 1, .level = (uint8_t)rows[i].level, .pte = rows[i].pte};

        assert_int_equal(atlas_refill(r.mmu, &refill), rows[i].reason);
        assert_true(rig_access(&r, 0, LOAD, rows[i].va).fault);
    }
    assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FILL), 0);
    r.cfg.satp = 0;
    rig_configure(&r);
    assert_int_equal(give(&r, 0, RWXAD), ATLAS_REASON_MODE);
    rig_close(&r);
}

/* The entry has the ASID that software names, whatever satp has, and G of the leaf. */
static void the_leaf_says_for_whom_it_is(void **state)
{
    struct atlas_refill refill = leaf(0, 0x10 << PPN_LSB | RWXAD);
    struct rig r;

    (void)state;
    open_refilled(&r, RIG_SV39);
    refill.asid = 2;
    assert_int_equal(atlas_refill(r.mmu, &refill), ATLAS_REASON_NONE);
    assert_int_equal(rig_access(&r, 0, LOAD, VA).reason, ATLAS_REASON_TLB_MISS);
    rig_space(&r, 2);
    assert_int_equal(rig_access(&r, 0, LOAD, VA).pa, 0x10000);
    refill.pte |= PG;
    assert_int_equal(atlas_refill(r.mmu, &refill), ATLAS_REASON_NONE);
    rig_space(&r, 3);
    assert_int_equal(rig_access(&r, 0, LOAD, VA).pa, 0x10000);
    rig_close(&r);
}

static void with_the_tlb_off_every_access_misses(void **state)
{
    struct rig r;

    (void)state;
    open_refilled(&r, RIG_SV39);
    r.cfg.tlb_off = true;
    rig_configure(&r);
    assert_int_equal(give(&r, 0, 0x10 << PPN_LSB | RWXAD), ATLAS_REASON_NONE);
    assert_int_equal(rig_access(&r, 0, LOAD, VA).reason, ATLAS_REASON_TLB_MISS);
    r.cfg.tlb_off = false;
    rig_configure(&r);
    assert_int_equal(rig_access(&r, 0, LOAD, VA).pa, 0x10000);
    rig_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_miss_is_a_page_fault_of_its_own_kind),
        cmocka_unit_test(what_software_fills_is_hit),
        cmocka_unit_test(a_store_misses_a_clean_page),
        cmocka_unit_test(an_address_that_cannot_be_translated_is_no_miss),
        cmocka_unit_test(each_wrong_leaf_is_refused_with_its_reason),
        cmocka_unit_test(the_leaf_says_for_whom_it_is),
        cmocka_unit_test(with_the_tlb_off_every_access_misses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
