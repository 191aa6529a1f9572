/* test_mmu_rule_order.c: all rules about a leaf, every combination of broken ones, whole walks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu_rig.h"

enum { FETCH = ATLAS_ACC_FETCH, LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };

static const unsigned page_cause[] = {12, 13, 15, 15};
static const unsigned access_cause[] = {1, 5, 7, 7};

struct scene {
    unsigned acc, flags, ppn_high;
    bool read_fails, cas_fails, adue, user, sum, mxr, n;
};

static bool holds(unsigned reason, const struct scene *s)
{
    const bool writes = s->acc >= STORE;

    switch (reason) {
    case ATLAS_REASON_PTE_BUS: return s->read_fails;
    case ATLAS_REASON_INVALID: return (s->flags & PV) == 0;
    case ATLAS_REASON_W_NO_R: return (s->flags & PW) && !(s->flags & PR);
    case ATLAS_REASON_NAPOT: return s->n; /* PPN[3:0] is 0 in these scenes */
    case ATLAS_REASON_S_PAGE: return s->user && !(s->flags & PU);
    case ATLAS_REASON_U_PAGE: return !s->user && (s->flags & PU) && (s->acc == FETCH || !s->sum);
    case ATLAS_REASON_NO_X: return s->acc == FETCH && !(s->flags & PX);
    case ATLAS_REASON_NO_R:
        return s->acc == LOAD && !(s->flags & PR) && !(s->mxr && (s->flags & PX));
    case ATLAS_REASON_NO_W: return writes && !(s->flags & PW);
    case ATLAS_REASON_A_CLEAR: return !s->adue && !(s->flags & PA);
    case ATLAS_REASON_D_CLEAR: return !s->adue && writes && !(s->flags & PD);
    case ATLAS_REASON_LEAF_WIDTH: return s->ppn_high != 0;
    case ATLAS_REASON_AD_BUS:
        return s->cas_fails && s->adue && (!(s->flags & PA) || (writes && !(s->flags & PD)));
    default: return true;
    }
}

static const unsigned order[] = {
    ATLAS_REASON_PTE_BUS, ATLAS_REASON_INVALID, ATLAS_REASON_W_NO_R,  ATLAS_REASON_NAPOT,
    ATLAS_REASON_S_PAGE,  ATLAS_REASON_U_PAGE,  ATLAS_REASON_NO_X,    ATLAS_REASON_NO_R,
    ATLAS_REASON_NO_W,    ATLAS_REASON_A_CLEAR, ATLAS_REASON_D_CLEAR, ATLAS_REASON_LEAF_WIDTH,
    ATLAS_REASON_AD_BUS,  ATLAS_REASON_NONE,
};

static struct scene scene_of(unsigned bits)
{
    struct scene s = {.acc = bits & 3,
                      .flags = bits >> 2 & 255,
                      .read_fails = bits >> 10 & 1,
                      .cas_fails = bits >> 11 & 1,
                      .adue = bits >> 12 & 1,
                      .user = bits >> 13 & 1,
                      .sum = bits >> 14 & 1,
                      .mxr = bits >> 15 & 1,
                      .ppn_high = bits >> 16 & 1,
                      .n = bits >> 17 & 1};

    /* One pointer is enough: those have tests of their own. */
    s.flags |= (s.flags & (PR | PW | PX)) == 0 ? PR : 0;
    return s;
}

static bool is_access_fault(unsigned reason)
{
    return reason == ATLAS_REASON_PTE_BUS || reason == ATLAS_REASON_LEAF_WIDTH ||
           reason == ATLAS_REASON_AD_BUS;
}

static void play(struct rig *r, const struct scene *s)
{
    const uint64_t va = 0x7000, addr = rig_pte_addr(r, va, 0);
    const uint64_t pte =
        s->flags | ((uint64_t)s->ppn_high << 22 | 0x50) << PPN_LSB | (s->n ? PN : 0);
    struct atlas_rsp rsp;
    unsigned first = 0;

    rig_fence(r, -1, -1);
    rig_forget(r);
    rig_put(r, addr, pte);
    assert_true(sparse_fail(r->mem, addr, false, 0, s->read_fails ? 1 : 0));
    assert_true(sparse_fail(r->mem, addr, true, 0, s->cas_fails ? 1 : 0));
    r->cfg.adue = s->adue;
    rig_configure(r);
    r->req.priv = s->user ? ATLAS_PRIV_U : ATLAS_PRIV_S;
    r->req.sum = s->sum;
    r->req.mxr = s->mxr;
    rsp = rig_access(r, 0, s->acc, va);
    while (!holds(order[first], s))
        first++;
    if (order[first] == ATLAS_REASON_NONE)
        rig_assert_pa(&rsp, 0x50 << 12);
    else
        rig_assert_fault(&rsp, order[first],
                         (is_access_fault(order[first]) ? access_cause : page_cause)[s->acc]);
    assert_int_equal(rig_valid(r, ATLAS_RB_SIDE, 0), 0);
    assert_int_equal(atlas_replacement(r->mmu, 0), 0);
}

/* B8 M18: every combination of broken rules, all accesses, U and S, SUM, MXR, ADUE. */
static void the_first_broken_rule_is_the_reason_and_nothing_is_remembered(void **state)
{
    struct atlas_params p = rig_params(RIG_SV39);
    struct rig r;

    (void)state;
    p.pa_bits = 32;
    p.l1_sets = 2;
    p.l2_sets = 0;
    p.l2_big = 0;
    rig_open_with(&r, RIG_SV39, &p);
    for (unsigned bits = 0; bits < 1U << 18; bits++) {
        const struct scene s = scene_of(bits);

        play(&r, &s);
    }
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_broken_rule_is_the_reason_and_nothing_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
