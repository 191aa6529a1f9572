/* test_mmu_ad_update.c: what A and D an access needs, and the PTE that gets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu/ad_update.h"
#include "mmu_rig.h"

/* B22 B23 */
static void a_is_wanted_by_all_and_d_by_those_that_write(void **state)
{
    static const struct {
        unsigned pte, acc, updated, svade_reason;
    } rows[] = {
        {0, ATLAS_ACC_FETCH, PA, ATLAS_REASON_A_CLEAR},
        {0, ATLAS_ACC_LOAD, PA, ATLAS_REASON_A_CLEAR},
        {0, ATLAS_ACC_STORE, PA | PD, ATLAS_REASON_A_CLEAR},
        {0, ATLAS_ACC_AMO, PA | PD, ATLAS_REASON_A_CLEAR},
        {PA, ATLAS_ACC_FETCH, PA, ATLAS_REASON_NONE},
        {PA, ATLAS_ACC_LOAD, PA, ATLAS_REASON_NONE},
        {PA, ATLAS_ACC_STORE, PA | PD, ATLAS_REASON_D_CLEAR},
        {PA, ATLAS_ACC_AMO, PA | PD, ATLAS_REASON_D_CLEAR},
        {PD, ATLAS_ACC_LOAD, PA | PD, ATLAS_REASON_A_CLEAR},
        {PD, ATLAS_ACC_STORE, PA | PD, ATLAS_REASON_A_CLEAR},
        {PA | PD, ATLAS_ACC_FETCH, PA | PD, ATLAS_REASON_NONE},
        {PA | PD, ATLAS_ACC_LOAD, PA | PD, ATLAS_REASON_NONE},
        {PA | PD, ATLAS_ACC_STORE, PA | PD, ATLAS_REASON_NONE},
        {PA | PD, ATLAS_ACC_AMO, PA | PD, ATLAS_REASON_NONE},
    };
    const uint64_t others[] = {0, ~(uint64_t)(PA | PD)};

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned k = 0; k < 2; k++) {
            const uint64_t pte = rows[i].pte | others[k];

            assert_int_equal(ad_update_value(pte, rows[i].acc), rows[i].updated | others[k]);
            assert_int_equal(ad_update_check(pte, rows[i].acc, false), rows[i].svade_reason);
            assert_int_equal(ad_update_check(pte, rows[i].acc, true), ATLAS_REASON_NONE);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_is_wanted_by_all_and_d_by_those_that_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
