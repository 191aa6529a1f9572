/* test_mmu_va_check.c: which addresses a mode can translate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu/va_check.h"
#include "mmu_rig.h"

static struct va_mode mode_of(unsigned m)
{
    const struct atlas_params p = rig_params(m);

    return va_mode(&p, rig_modes[m].code);
}

/* M1 B17 */
static void every_pattern_of_the_upper_bits_but_two_is_not_canonical(void **state)
{
    (void)state;
    for (unsigned m = RIG_SV39; m <= RIG_SV57; m++) {
        const struct va_mode mode = mode_of(m);
        const unsigned sign = rig_modes[m].va_bits - 1;
        const uint64_t low = UINT64_C(0x5a5a5a5a5a5a5a5a) & ATLAS_ONES(sign);

        /* All values of bits 63..sign for Sv57, the lowest and highest 4,096 of them else. */
        for (uint64_t upper = 0; upper < 4096 && upper <= ATLAS_ONES(64 - sign); upper++) {
            const uint64_t ends[] = {upper, ATLAS_ONES(64 - sign) - upper};

            for (unsigned i = 0; i < 2; i++) {
                const bool canonical = ends[i] == 0 || ends[i] == ATLAS_ONES(64 - sign);

                assert_int_equal(va_check(&mode, ends[i] << sign | low, ATLAS_PRIV_S),
                                 canonical ? ATLAS_REASON_NONE : ATLAS_REASON_NONCANONICAL);
                assert_int_equal(va_canonical(&mode, ends[i] << sign | low), canonical);
            }
        }
    }
}

static void the_lowest_and_highest_canonical_addresses_pass(void **state)
{
    (void)state;
    for (unsigned m = RIG_SV39; m <= RIG_SV57; m++) {
        const struct va_mode mode = mode_of(m);
        const uint64_t half = UINT64_C(1) << (rig_modes[m].va_bits - 1);

        assert_int_equal(va_check(&mode, 0, ATLAS_PRIV_U), ATLAS_REASON_NONE);
        assert_int_equal(va_check(&mode, half - 1, ATLAS_PRIV_U), ATLAS_REASON_NONE);
        assert_int_equal(va_check(&mode, half, ATLAS_PRIV_U), ATLAS_REASON_NONCANONICAL);
        assert_int_equal(va_check(&mode, -half - 1, ATLAS_PRIV_U), ATLAS_REASON_NONCANONICAL);
        assert_int_equal(va_check(&mode, -half, ATLAS_PRIV_U), ATLAS_REASON_NONE);
        assert_int_equal(va_check(&mode, UINT64_MAX, ATLAS_PRIV_U), ATLAS_REASON_NONE);
    }
}

static void sv32_takes_every_address(void **state)
{
    const struct va_mode mode = mode_of(RIG_SV32);

    (void)state;
    for (unsigned upper = 0; upper < 256; upper++)
        assert_int_equal(va_check(&mode, (uint64_t)upper << 24 | 0xabcdef, ATLAS_PRIV_U),
                         ATLAS_REASON_NONE);
}

static void a_mode_is_implemented_iff_width_and_levels_allow_it(void **state)
{
    static const struct {
        unsigned xlen, levels, implemented; /* bit c: code c */
    } rows[] = {{32, 2, 1U << 0 | 1U << 1},
                {64, 3, 1U << 0 | 1U << 8},
                {64, 4, 1U << 0 | 1U << 8 | 1U << 9},
                {64, 5, 1U << 0 | 1U << 8 | 1U << 9 | 1U << 10}};

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct atlas_params p = {
            .xlen = rows[i].xlen, .levels = rows[i].levels, .pa_bits = 32};

        for (unsigned code = 0; code < 16; code++) {
            const struct va_mode mode = va_mode(&p, code);
            const bool implemented = (rows[i].implemented >> code & 1) != 0;

            assert_int_equal(mode.implemented, implemented);
            assert_int_equal(va_check(&mode, 0, ATLAS_PRIV_S),
                             implemented ? ATLAS_REASON_NONE : ATLAS_REASON_MODE);
        }
    }
}

static void an_unimplemented_mode_is_reported_before_the_address(void **state)
{
    const struct atlas_params p = {.xlen = 64, .levels = 3, .pa_bits = 32};
    const struct va_mode mode = va_mode(&p, ATLAS_MODE_SV48);

    (void)state;
    assert_int_equal(va_check(&mode, UINT64_C(1) << 60, ATLAS_PRIV_S), ATLAS_REASON_MODE);
    assert_int_equal(va_check(&mode, UINT64_C(1) << 60, ATLAS_PRIV_M), ATLAS_REASON_VA_WIDTH);
}

static void an_untranslated_address_must_fit_the_physical_width(void **state)
{
    (void)state;
    for (unsigned pa_bits = 14; pa_bits <= 56; pa_bits++) {
        const struct atlas_params p = {.xlen = 64, .levels = 3, .pa_bits = pa_bits};
        const struct va_mode bare = va_mode(&p, ATLAS_MODE_BARE);
        const struct va_mode sv39 = va_mode(&p, ATLAS_MODE_SV39);

        for (unsigned bit = 0; bit < 64; bit++) {
            const unsigned reason = bit < pa_bits ? ATLAS_REASON_NONE : ATLAS_REASON_VA_WIDTH;

            assert_int_equal(va_check(&bare, UINT64_C(1) << bit, ATLAS_PRIV_U), reason);
            assert_int_equal(va_check(&sv39, UINT64_C(1) << bit, ATLAS_PRIV_M), reason);
        }
    }
}

static void m_and_bare_are_untranslated_and_nothing_else(void **state)
{
    const struct atlas_params p = rig_params(RIG_SV39);
    const struct va_mode bare = va_mode(&p, ATLAS_MODE_BARE), sv39 = mode_of(RIG_SV39);
    const struct va_mode none = va_mode(&p, 5);

    (void)state;
    for (unsigned priv = 0; priv < 4; priv++) {
        assert_false(va_translated(&bare, priv));
        assert_int_equal(va_translated(&sv39, priv), priv != ATLAS_PRIV_M);
        assert_int_equal(va_translated(&none, priv), priv != ATLAS_PRIV_M);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pattern_of_the_upper_bits_but_two_is_not_canonical),
        cmocka_unit_test(the_lowest_and_highest_canonical_addresses_pass),
        cmocka_unit_test(sv32_takes_every_address),
        cmocka_unit_test(a_mode_is_implemented_iff_width_and_levels_allow_it),
        cmocka_unit_test(an_unimplemented_mode_is_reported_before_the_address),
        cmocka_unit_test(an_untranslated_address_must_fit_the_physical_width),
        cmocka_unit_test(m_and_bare_are_untranslated_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
