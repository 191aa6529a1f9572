/* test_reach.c: how much memory the TLBs of a model map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu_rig.h"
#include "reach.h"

enum { KIB = 1024, MIB = KIB * KIB };

static void map(struct rig *r, uint64_t va, unsigned level, uint64_t bits)
{
    rig_map(r, va, level, UINT64_C(0x40000) << PPN_LSB | bits);
}

/* 4 KiB, NAPOT and superpages count with their size; each port has its own. */
static void pages_of_a_port_are_added(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, RIG_SV39);
    assert_int_equal(reach_l1(r.mmu, 0), 0);
    map(&r, 0x1000, 0, RWXAD);
    rig_map(&r, 0x10000, 0, PN | UINT64_C(0x40008) << PPN_LSB | RWXAD);
    map(&r, 0x200000, 1, RWXAD);
    map(&r, 0x40000000, 2, RWXAD);
    r.cfg.napote = true;
    rig_configure(&r);
    (void)rig_access(&r, 0, ATLAS_ACC_LOAD, 0x1000);
    assert_int_equal(reach_l1(r.mmu, 0), 4 * KIB);
    (void)rig_access(&r, 0, ATLAS_ACC_LOAD, 0x10000);
    assert_int_equal(reach_l1(r.mmu, 0), 68 * KIB);
    (void)rig_access(&r, 0, ATLAS_ACC_LOAD, 0x200000);
    assert_int_equal(reach_l1(r.mmu, 0), 2 * MIB + 68 * KIB);
    (void)rig_access(&r, 0, ATLAS_ACC_LOAD, 0x40000000);
    assert_int_equal(reach_l1(r.mmu, 0), 1026 * MIB + 68 * KIB);
    assert_int_equal(reach_l1(r.mmu, 1), 0);
    (void)rig_access(&r, 1, ATLAS_ACC_LOAD, 0x200000);
    assert_int_equal(reach_l1(r.mmu, 1), 2 * MIB);
    rig_fence(&r, 0x40000000, -1);
    assert_int_equal(reach_l1(r.mmu, 0), 2 * MIB + 68 * KIB);
    rig_close(&r);
}

/* The same page in both ports' L1 and in the L2 counts once; that of another ASID apart, and a
 * global one for all ASIDs once. Sv32 superpages have 4 MiB. */
static void pages_of_all_tlbs_count_once(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, RIG_SV32);
    for (unsigned asid = 1; asid <= 2; asid++) {
        rig_space(&r, asid);
        rig_configure(&r);
        map(&r, 0x1000, 0, RWXAD);
        map(&r, 0x400000, 1, RWXAD | PG);
        for (unsigned port = 0; port < 2; port++) {
            (void)rig_access(&r, port, ATLAS_ACC_LOAD, 0x1000);
            (void)rig_access(&r, port, ATLAS_ACC_LOAD, 0x400000);
        }
        assert_int_equal(reach_all(r.mmu), 4 * MIB + asid * 4 * KIB);
    }
    /* Both share a set of the L1, so only the L2 has the first still. */
    assert_int_equal(reach_l1(r.mmu, 0), 4 * MIB + 4 * KIB);
    rig_close(&r);
}

/* At the same address a 4 KiB page of a port, a superpage of the other; and another 4 KiB page. */
static void sizes_and_addresses_are_apart(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, RIG_SV39);
    map(&r, 0x200000, 0, RWXAD);
    (void)rig_access(&r, 0, ATLAS_ACC_LOAD, 0x200000);
    rig_put(&r, rig_pte_addr(&r, 0x200000, 1), UINT64_C(0x40000) << PPN_LSB | RWXAD);
    (void)rig_access(&r, 1, ATLAS_ACC_LOAD, 0x2ff000);
    assert_int_equal(reach_all(r.mmu), 2 * MIB + 4 * KIB);
    map(&r, 0x5000, 0, RWXAD);
    (void)rig_access(&r, 1, ATLAS_ACC_LOAD, 0x5000);
    assert_int_equal(reach_all(r.mmu), 2 * MIB + 8 * KIB);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_a_port_are_added),
        cmocka_unit_test(pages_of_all_tlbs_count_once),
        cmocka_unit_test(sizes_and_addresses_are_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
