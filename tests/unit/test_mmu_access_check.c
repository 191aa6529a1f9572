/* test_mmu_access_check.c: permissions of a leaf, every input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu/access_check.h"
#include "mmu_rig.h"

enum { FETCH = ATLAS_ACC_FETCH, LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };
enum { AMO = ATLAS_ACC_AMO, U = ATLAS_PRIV_U, S = ATLAS_PRIV_S };

/* The rules of model/README.md, 2.7, each for itself, in their order. */
static unsigned expected(uint64_t pte, unsigned acc, bool user, bool sum, bool mxr)
{
    const struct {
        bool refuses;
        unsigned reason;
    } rules[] = {
        {user && !(pte & PU), ATLAS_REASON_S_PAGE},
        {!user && (pte & PU) && (acc == FETCH || !sum), ATLAS_REASON_U_PAGE},
        {acc == FETCH && !(pte & PX), ATLAS_REASON_NO_X},
        {acc == LOAD && !(pte & PR) && !(mxr && (pte & PX)), ATLAS_REASON_NO_R},
        {(acc == STORE || acc == AMO) && !(pte & PW), ATLAS_REASON_NO_W},
        {true, ATLAS_REASON_NONE},
    };
    unsigned i = 0;

    while (!rules[i].refuses)
        i++;
    return rules[i].reason;
}

/* M19 */
static void every_input_is_judged_by_the_first_rule_that_refuses(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 1U << 15; bits++) {
        const uint64_t pte = bits & 0xff;
        const unsigned acc = bits >> 8 & 3, user = bits >> 10 & 1, sum = bits >> 11 & 1;
        const unsigned mxr = bits >> 12 & 1, priv = bits >> 13;
        const unsigned got = access_check(pte, acc, priv, sum != 0, mxr != 0);

        if (user == (priv == U))
            assert_int_equal(got, expected(pte, acc, user != 0, sum != 0, mxr != 0));
    }
}

/* B21 */
static void cases_from_the_specification(void **state)
{
    static const struct {
        unsigned pte, acc, priv, sum, mxr, reason;
    } rows[] = {
        {PR | PU, LOAD, U, 0, 0, ATLAS_REASON_NONE},
        {PR, LOAD, U, 0, 0, ATLAS_REASON_S_PAGE},
        {PR | PU, LOAD, S, 0, 0, ATLAS_REASON_U_PAGE},
        {PR | PU, LOAD, S, 1, 0, ATLAS_REASON_NONE},
        {PX | PU, FETCH, S, 0, 0, ATLAS_REASON_U_PAGE}, /* whatever SUM is */
        {PX | PU, FETCH, S, 1, 0, ATLAS_REASON_U_PAGE},
        {PX, LOAD, S, 0, 0, ATLAS_REASON_NO_R},
        {PX, LOAD, S, 0, 1, ATLAS_REASON_NONE},
        {PX, STORE, S, 0, 1, ATLAS_REASON_NO_W},
        {PR | PX, FETCH, S, 0, 0, ATLAS_REASON_NONE},
        {PR | PW, FETCH, S, 0, 0, ATLAS_REASON_NO_X},
        {PR | PX, AMO, S, 0, 0, ATLAS_REASON_NO_W},
        {PR | PW, AMO, S, 0, 0, ATLAS_REASON_NONE},
        {PW, LOAD, S, 0, 0, ATLAS_REASON_NO_R},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(
            access_check(rows[i].pte, rows[i].acc, rows[i].priv, rows[i].sum, rows[i].mxr),
            rows[i].reason);
}

/* A TLB entry answers what the check passes, but for stores to a page that is not dirty. */
static void the_table_agrees_with_the_check(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < ACCESS_KINDS * 32; bits++) {
        const unsigned rwxud = bits & 31, acc = bits >> 5 & 3, priv = bits >> 7 & 3;
        const struct atlas_req req = {.acc = (uint8_t)acc,
                                      .priv = (uint8_t)priv,
                                      .sum = bits >> 9 & 1,
                                      .mxr = bits >> 10 & 1};
        const bool passes =
            access_check((rwxud & 15) << 1, acc, priv, req.sum, req.mxr) == ATLAS_REASON_NONE;
        const bool dirty_enough = acc == FETCH || acc == LOAD || rwxud >= 16;

        assert_int_equal(access_table(access_kind(&req)) >> rwxud & 1, passes && dirty_enough);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_input_is_judged_by_the_first_rule_that_refuses),
        cmocka_unit_test(cases_from_the_specification),
        cmocka_unit_test(the_table_agrees_with_the_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
