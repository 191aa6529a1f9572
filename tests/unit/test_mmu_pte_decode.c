/* test_mmu_pte_decode.c: every rule about a PTE, and their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu/pte_decode.h"
#include "mmu_rig.h"

enum { PA_BITS = 40, REASONS = 32 };

struct scene {
    uint64_t pte;
    unsigned level, xlen;
    bool pbmte, napote;
};

/* The rules of model/README.md, 2.2 to 2.6, each for itself, in their order. */
static bool rule_holds(unsigned reason, const struct scene *s)
{
    const bool rv64 = s->xlen == 64;
    const bool n = rv64 && (s->pte & PN) != 0;
    const unsigned pbmt = rv64 ? s->pte >> 61 & 3 : 0;
    const unsigned reserved = rv64 ? s->pte >> 54 & 127 : 0;
    const uint64_t ppn = s->pte >> 10 & (rv64 ? ATLAS_ONES(44) : ATLAS_ONES(22));
    const bool pointer = (s->pte & (PR | PW | PX)) == 0;

    switch (reason) {
    case ATLAS_REASON_INVALID: return (s->pte & PV) == 0;
    case ATLAS_REASON_W_NO_R: return (s->pte & PW) != 0 && (s->pte & PR) == 0;
    case ATLAS_REASON_RESERVED:
        return reserved != 0 || (n && !s->napote) || (pbmt != 0 && !s->pbmte) || pbmt == 3;
    case ATLAS_REASON_PTR_ATTR:
        return pointer && ((s->pte & (PA | PD | PU)) != 0 || n || pbmt != 0);
    case ATLAS_REASON_NO_LEAF: return pointer && s->level == 0;
    case ATLAS_REASON_PTE_WIDTH: return pointer && ppn >= UINT64_C(1) << (PA_BITS - 12);
    case ATLAS_REASON_MISALIGNED:
        return !pointer && (ppn & ATLAS_ONES((rv64 ? 9 : 10) * s->level)) != 0;
    case ATLAS_REASON_NAPOT: return !pointer && n && (s->level > 0 || (ppn & 15) != 8);
    default: return false;
    }
}

static const unsigned order[] = {
    ATLAS_REASON_INVALID,    ATLAS_REASON_W_NO_R,  ATLAS_REASON_RESERVED,
    ATLAS_REASON_PTR_ATTR,   ATLAS_REASON_NO_LEAF, ATLAS_REASON_PTE_WIDTH,
    ATLAS_REASON_MISALIGNED, ATLAS_REASON_NAPOT,   ATLAS_REASON_NONE,
};

static unsigned first_rule(const struct scene *s)
{
    unsigned i = 0;

    while (order[i] != ATLAS_REASON_NONE && !rule_holds(order[i], s))
        i++;
    return order[i];
}

/* Which rules were broken together, and the earlier one won. */
struct seen {
    bool pair[REASONS][REASONS];
};

static void note_pairs(struct seen *seen, unsigned first, const struct scene *s)
{
    for (unsigned i = 0; order[i] != ATLAS_REASON_NONE; i++)
        seen->pair[first][order[i]] |= rule_holds(order[i], s);
}

static void check_scene(const struct scene *s, struct seen *seen)
{
    const struct atlas_params p = {.xlen = s->xlen, .levels = 5, .pa_bits = PA_BITS};
    const struct pte_rules rules = pte_rules(&p, s->pbmte, s->napote);
    const struct pte_decoded d = pte_decode(&rules, s->pte, s->level);
    const unsigned first = first_rule(s);
    const bool leaf = (s->pte & (PR | PW | PX)) != 0;

    assert_int_equal(d.reason, first);
    note_pairs(seen, first, s);
    if (s->level != 0)
        assert_int_equal(pte_plain_pointer(&rules, s->pte), first == ATLAS_REASON_NONE && !leaf);
    if (s->level == 0 && pte_plain_leaf(&rules, s->pte))
        assert_true(first == ATLAS_REASON_NONE && leaf && !d.napot && d.pbmt == 0);
    if (first != ATLAS_REASON_NONE)
        return;
    assert_int_equal(d.leaf, leaf);
    assert_int_equal(d.ppn, pte_ppn(&rules, s->pte));
    assert_int_equal(d.ppn, s->pte >> 10 & ATLAS_ONES(s->xlen == 64 ? 44 : 22));
    assert_int_equal(d.napot, s->xlen == 64 && (s->pte & PN) != 0);
    assert_int_equal(d.pbmt, s->xlen == 64 ? s->pte >> 61 & 3 : 0);
}

/* Low flags all; PPNs that matter: aligned or not, NAPOT nibbles, beyond the width. */
static void each_scene(unsigned xlen, struct seen *seen)
{
    const uint64_t ppns[] = {0,
                             1,
                             4,
                             8,
                             9,
                             1 << 8,
                             1 << 9,
                             1 << 10,
                             1 << 18,
                             1 << 21,
                             UINT64_C(1) << 27,
                             UINT64_C(1) << 28,
                             UINT64_C(1) << 43};

    for (unsigned bits = 0; bits < 1U << 15; bits++) {
        for (unsigned i = 0; i < sizeof ppns / sizeof ppns[0]; i++) {
            for (unsigned level = 0; level < (xlen == 64 ? 5 : 2); level++) {
                struct scene s = {
                    .pte = (bits & 255) | ppns[i] << 10, .level = level, .xlen = xlen};

                s.pte |= (uint64_t)(bits >> 8 & 15) << 60;
                s.pte |= (uint64_t)(bits >> 12 & 1) << 54;
                s.pbmte = bits >> 13 & 1;
                s.napote = bits >> 14;
                if (xlen == 32)
                    s.pte &= ATLAS_ONES(32);
                check_scene(&s, seen);
            }
        }
    }
}

/* B10 B11 B12 */
static void the_first_broken_rule_is_the_reason(void **state)
{
    /* together[i] bit k: rules i and k of `order`, k not before i, can be broken by one PTE.
     * W without R is no pointer; pointers and leaves have rules of their own. */
    static const unsigned together[] = {0xff, 0xc6, 0xfc, 0x38, 0x30, 0x20, 0xc0, 0x80};
    struct seen sv32 = {{{0}}}, sv64 = {{{0}}};

    (void)state;
    each_scene(32, &sv32);
    each_scene(64, &sv64);
    for (unsigned i = 0; order[i] != ATLAS_REASON_NONE; i++) {
        for (unsigned k = i; order[k] != ATLAS_REASON_NONE; k++)
            assert_int_equal(sv64.pair[order[i]][order[k]], together[i] >> k & 1);
    }
    assert_true(sv32.pair[ATLAS_REASON_MISALIGNED][ATLAS_REASON_MISALIGNED]);
    assert_true(sv32.pair[ATLAS_REASON_PTR_ATTR][ATLAS_REASON_NO_LEAF]);
    assert_false(sv32.pair[ATLAS_REASON_RESERVED][ATLAS_REASON_RESERVED]);
    assert_false(sv32.pair[ATLAS_REASON_NAPOT][ATLAS_REASON_NAPOT]);
}

/* B10 */
static void every_reserved_bit_counts(void **state)
{
    const struct atlas_params p = rig_params(RIG_SV39);
    const struct pte_rules rules = pte_rules(&p, true, true);

    (void)state;
    for (unsigned bit = 54; bit <= 60; bit++) {
        const uint64_t one = UINT64_C(1) << bit;

        assert_int_equal(pte_decode(&rules, RWXAD | one, 0).reason, ATLAS_REASON_RESERVED);
        assert_int_equal(pte_decode(&rules, PV | one, 2).reason, ATLAS_REASON_RESERVED);
    }
    assert_int_equal(pte_decode(&rules, RWXAD | 3 << 8, 0).reason, ATLAS_REASON_NONE); /* RSW */
}

/* B11 */
static void each_low_ppn_bit_of_a_superpage_is_misaligned(void **state)
{
    (void)state;
    for (unsigned m = 0; m < RIG_MODES; m++) {
        const struct atlas_params p = rig_params(m);
        const struct pte_rules rules = pte_rules(&p, true, true);
        const unsigned slice = rig_modes[m].slice_bits, ppn_bits = m == RIG_SV32 ? 22 : 44;

        for (unsigned level = 0; level < rig_modes[m].levels; level++) {
            for (unsigned bit = 0; bit < ppn_bits; bit++) {
                const uint64_t pte = RWXAD | UINT64_C(1) << (10 + bit);

                assert_int_equal(pte_decode(&rules, pte, level).reason,
                                 bit < slice * level ? ATLAS_REASON_MISALIGNED : ATLAS_REASON_NONE);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_broken_rule_is_the_reason),
        cmocka_unit_test(every_reserved_bit_counts),
        cmocka_unit_test(each_low_ppn_bit_of_a_superpage_is_misaligned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
