/* test_leaves: the pure modules of the RTL and their twins in model/mmu, on the same inputs:
 * every combination of flags, modes, privileges and low PPN bits; addresses and PPNs by single
 * bits, pairs of bits, and at random (seed 1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "leaves.h"
#include "mmu/access_check.h"
#include "mmu/ad_update.h"
#include "mmu/pte_decode.h"
#include "mmu/va_check.h"

enum { RANDOM = 200000 };

static const struct leaves_build *const builds[] = {&leaves_tiny, &leaves_rv64, &leaves_full,
                                                    &leaves_rv64__LEVELS_3__PA_BITS_14};

/* One build, and what the current test compares in it. */
struct twins {
    const struct leaves_build *build;
    const struct atlas_params *p;
    struct leaves *rtl;
    uint64_t tried;
};

static void each_build(void (*test)(struct twins *t))
{
    for (size_t i = 0; i < sizeof builds / sizeof builds[0]; i++) {
        struct twins t = {.build = builds[i], .p = &builds[i]->params, .rtl = builds[i]->open()};

        test(&t);
        print_message("  %s: %llu inputs\n", builds[i]->name, (unsigned long long)t.tried);
        assert_true(t.tried > 0);
        builds[i]->close(t.rtl);
    }
}

static struct leaves_out rtl_of(struct twins *t, const struct leaves_in *in)
{
    struct leaves_out out;

    t->tried++;
    t->build->eval(t->rtl, in, &out);
    return out;
}

/* ---- Payload: single bits, pairs, random --------------------------------------------------- */

static void each_payload(struct twins *t, unsigned bits,
                         void (*compare)(struct twins *t, uint64_t payload))
{
    struct rng rng;

    rng_seed(&rng, 1);
    for (unsigned a = 0; a < bits; a++)
        for (unsigned b = a; b < bits; b++) {
            uint64_t pair = UINT64_C(1) << a | UINT64_C(1) << b;

            compare(t, pair);
            compare(t, ~pair & ATLAS_ONES(bits));
        }
    compare(t, 0);
    compare(t, ATLAS_ONES(bits));
    for (unsigned i = 0; i < RANDOM; i++) /* sparse, dense, and ones above a random bit */
        compare(t, (i % 3 == 0   ? rng_next(&rng)
                    : i % 3 == 1 ? rng_next(&rng) & rng_next(&rng) & rng_next(&rng)
                                 : UINT64_MAX << rng_below(&rng, 64) ^ rng_below(&rng, 4096)) &
                       ATLAS_ONES(bits));
}

/* ---- atlas_access_check -------------------------------------------------------------------- */

static void compare_access(struct twins *t)
{
    for (unsigned i = 0; i < 512; i++) {
        struct leaves_in in = {.r = i & 1,
                               .w = i >> 1 & 1,
                               .x = i >> 2 & 1,
                               .u = i >> 3 & 1,
                               .acc = (uint8_t)(i >> 4 & 3),
                               .user = i >> 6 & 1,
                               .sum = i >> 7 & 1,
                               .mxr = i >> 8 & 1};
        struct leaves_out rtl = rtl_of(t, &in);
        uint64_t pte = (uint64_t)(i & 15) << ATLAS_PTE_R_LSB;
        unsigned reason =
            access_check(pte, in.acc, in.user ? ATLAS_PRIV_U : ATLAS_PRIV_S, in.sum, in.mxr);

        assert_int_equal(rtl.access_reason, reason);
        assert_int_equal(rtl.allowed, reason == ATLAS_REASON_NONE);
    }
}

static void access_check_is_its_twin(void **state)
{
    (void)state;
    each_build(compare_access);
}

/* ---- atlas_va_check ------------------------------------------------------------------------ */

static void compare_va(struct twins *t, uint64_t va)
{
    struct va_mode bare = va_mode(t->p, ATLAS_MODE_BARE);

    for (unsigned top = t->p->xlen == 32 ? 1 : 2; top < t->p->levels; top++) {
        struct leaves_in in = {.va = va, .top = (uint8_t)top};
        struct leaves_out rtl = rtl_of(t, &in);
        struct va_mode mode =
            va_mode(t->p, t->p->xlen == 32 ? ATLAS_MODE_SV32 : ATLAS_MODE_SV39 + top - 2);

        assert_int_equal(rtl.canonical, va_check(&mode, va, ATLAS_PRIV_S) == ATLAS_REASON_NONE);
        assert_int_equal(rtl.fits, va_check(&bare, va, ATLAS_PRIV_S) == ATLAS_REASON_NONE);
    }
}

static void compare_addresses(struct twins *t)
{
    each_payload(t, t->p->xlen, compare_va);
}

static void va_check_is_its_twin(void **state)
{
    (void)state;
    each_build(compare_addresses);
}

/* ---- atlas_pte_decode ---------------------------------------------------------------------- */

static void compare_pte(struct twins *t, uint64_t pte, unsigned level, bool napote, bool pbmte)
{
    struct leaves_in in = {.pte = pte, .level = (uint8_t)level, .napote = napote, .pbmte = pbmte};
    struct leaves_out rtl = rtl_of(t, &in);
    struct pte_rules rules = pte_rules(t->p, pbmte, napote);
    struct pte_decoded twin = pte_decode(&rules, pte, level);
    uint64_t ppn_mask = ATLAS_ONES(t->p->pa_bits - ATLAS_PAGE_SHIFT);

    assert_int_equal(rtl.reason, twin.reason);
    assert_int_equal(rtl.fault, twin.reason != ATLAS_REASON_NONE);
    if (twin.reason != ATLAS_REASON_NONE)
        return;
    assert_int_equal(rtl.leaf, twin.leaf);
    assert_int_equal(rtl.ppn, twin.ppn & ppn_mask);
    if (!twin.leaf)
        return;
    assert_int_equal(rtl.napot, twin.napot);
    assert_int_equal(rtl.pbmt, twin.pbmt);
}

static void compare_at_all_levels(struct twins *t, uint64_t pte)
{
    for (unsigned level = 0; level < t->p->levels; level++)
        for (unsigned enabled = 0; enabled < 4; enabled++)
            compare_pte(t, pte, level, enabled & 1, enabled & 2);
}

/* Every value of the flags, of N and PBMT, of the low bits of the PPN; reserved bits one by one. */
static void compare_flags(struct twins *t)
{
    unsigned upper = t->p->xlen == 32 ? 1 : 8;

    for (uint64_t low = 0; low < 1 << 14; low++) { /* flags, RSW, PPN[3:0] */
        for (uint64_t high = 0; high < upper; high++)
            compare_at_all_levels(t, low | high << ATLAS_PTE64_PBMT_LSB);
        for (unsigned bit = 0; bit < ATLAS_PTE64_RESERVED_BITS && t->p->xlen == 64; bit++)
            compare_pte(t, low | UINT64_C(1) << (ATLAS_PTE64_RESERVED_LSB + bit), bit % 3, true,
                        true);
    }
}

static void compare_ppn(struct twins *t, uint64_t ppn)
{
    uint64_t pte = ppn << ATLAS_PTE64_PPN_LSB;
    uint64_t leaf = ATLAS_MASK(PTE_V) | ATLAS_MASK(PTE_R) | ATLAS_MASK(PTE_A);

    for (unsigned level = 0; level < t->p->levels; level++) {
        compare_pte(t, pte | ATLAS_MASK(PTE_V), level, true, true);
        compare_pte(t, pte | leaf, level, true, true);
        if (t->p->xlen == 64)
            compare_pte(t, pte | leaf | ATLAS_MASK(PTE64_N), level, true, true);
    }
}

static void compare_ppns(struct twins *t)
{
    each_payload(t, t->p->xlen == 32 ? ATLAS_PTE32_PPN_BITS : ATLAS_PTE64_PPN_BITS, compare_ppn);
}

static void pte_decode_is_its_twin_for_all_flags(void **state)
{
    (void)state;
    each_build(compare_flags);
}

static void pte_decode_is_its_twin_for_all_ppns(void **state)
{
    (void)state;
    each_build(compare_ppns);
}

/* ---- atlas_ad_update ----------------------------------------------------------------------- */

static void compare_update(struct twins *t, uint64_t pte)
{
    for (unsigned i = 0; i < 8; i++) {
        unsigned acc = i >> 1;
        struct leaves_in in = {.pte = pte, .store = access_writes(acc), .adue = i & 1};
        struct leaves_out rtl = rtl_of(t, &in);
        unsigned reason = ad_update_check(pte, acc, in.adue);
        uint64_t updated = ad_update_value(pte, acc);

        assert_int_equal(rtl.ad_reason, reason);
        assert_int_equal(rtl.ad_fault, reason != ATLAS_REASON_NONE);
        assert_int_equal(rtl.ad_update, in.adue && updated != pte);
        assert_int_equal(rtl.ad_updated, updated);
    }
}

static void compare_updates(struct twins *t)
{
    each_payload(t, t->p->xlen, compare_update);
}

static void ad_update_is_its_twin(void **state)
{
    (void)state;
    each_build(compare_updates);
}

/* ---- atlas_satp_decode --------------------------------------------------------------------- */

static void compare_satp(struct twins *t, uint64_t satp)
{
    bool sv32 = t->p->xlen == 32;
    struct leaves_in in = {.satp = satp};
    struct leaves_out rtl = rtl_of(t, &in);
    struct va_mode mode = va_mode(
        t->p, (unsigned)(sv32 ? ATLAS_GET(satp, SATP32_MODE) : ATLAS_GET(satp, SATP64_MODE)));
    uint64_t asid = sv32 ? ATLAS_GET(satp, SATP32_ASID) : ATLAS_GET(satp, SATP64_ASID);
    uint64_t root = sv32 ? ATLAS_GET(satp, SATP32_PPN) : ATLAS_GET(satp, SATP64_PPN);
    unsigned width = t->p->pa_bits - ATLAS_PAGE_SHIFT;

    assert_int_equal(rtl.bare, mode.bare);
    assert_int_equal(rtl.ok, mode.implemented);
    assert_int_equal(rtl.satp_top, mode.levels == 0 ? 0 : mode.levels - 1);
    assert_int_equal(rtl.asid, asid & ATLAS_ONES(t->p->asid_bits));
    assert_int_equal(rtl.root, root & ATLAS_ONES(width));
    assert_int_equal(rtl.root_fits, root >> width == 0);
}

static void compare_satps(struct twins *t)
{
    each_payload(t, t->p->xlen, compare_satp);
    for (uint64_t mode = 0; mode < 16; mode++)
        compare_satp(t, t->p->xlen == 32 ? (mode & 1) << 31 : mode << ATLAS_SATP64_MODE_LSB);
}

static void satp_decode_is_its_twin(void **state)
{
    (void)state;
    each_build(compare_satps);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_check_is_its_twin),
        cmocka_unit_test(va_check_is_its_twin),
        cmocka_unit_test(pte_decode_is_its_twin_for_all_flags),
        cmocka_unit_test(pte_decode_is_its_twin_for_all_ppns),
        cmocka_unit_test(ad_update_is_its_twin),
        cmocka_unit_test(satp_decode_is_its_twin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
