/* test_base.c: byte functions, random numbers, status texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "base/rng.h"
#include "base/status.h"

enum { SPAN = 12 };

static void count_up(unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(i + 1);
}

static void memcpy_copies_exactly_n_bytes(void **state)
{
    (void)state;
    for (size_t n = 0; n <= SPAN; n++) {
        unsigned char from[SPAN], to[SPAN] = {0};

        count_up(from, SPAN);
        assert_ptr_equal(base_memcpy(to, from, n), to);
        for (size_t i = 0; i < SPAN; i++)
            assert_int_equal(to[i], i < n ? i + 1 : 0);
    }
}

static void memmove_copies_overlapping_bytes_both_ways(void **state)
{
    (void)state;
    for (size_t from = 0; from < SPAN; from++) {
        for (size_t to = 0; to < SPAN; to++) {
            size_t n = SPAN - (from > to ? from : to);
            unsigned char bytes[SPAN];

            count_up(bytes, SPAN);
            assert_ptr_equal(base_memmove(bytes + to, bytes + from, n), bytes + to);
            for (size_t i = 0; i < SPAN; i++)
                assert_int_equal(bytes[i], i >= to && i < to + n ? i - to + from + 1 : i + 1);
        }
    }
}

static void memset_writes_the_low_byte_of_its_value(void **state)
{
    unsigned char bytes[SPAN] = {0};

    (void)state;
    assert_ptr_equal(base_memset(bytes + 1, 0x1a5, SPAN - 2), bytes + 1);
    assert_int_equal(bytes[0], 0);
    for (size_t i = 1; i < SPAN - 1; i++)
        assert_int_equal(bytes[i], 0xa5);
    assert_int_equal(bytes[SPAN - 1], 0);
}

static void memcmp_compares_unsigned_bytes(void **state)
{
    (void)state;
    assert_int_equal(base_memcmp("abc", "abd", 2), 0);
    assert_true(base_memcmp("abc", "abd", 3) < 0);
    assert_true(base_memcmp("\x80", "\x7f", 1) > 0);
    assert_int_equal(base_memcmp("a", "b", 0), 0);
}

/* The published outputs of xoshiro256** from state 1, 2, 3, 4. */
static void rng_gives_the_published_sequence(void **state)
{
    static const uint64_t published[] = {UINT64_C(11520),
                                         UINT64_C(0),
                                         UINT64_C(1509978240),
                                         UINT64_C(1215971899390074240),
                                         UINT64_C(1216172134540287360),
                                         UINT64_C(607988272756665600),
                                         UINT64_C(16172922978634559625),
                                         UINT64_C(8476171486693032832),
                                         UINT64_C(10595114339597558777),
                                         UINT64_C(2904607092377533576)};
    struct rng rng = {{1, 2, 3, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++)
        assert_int_equal(rng_next(&rng), published[i]);
}

/* The published outputs of splitmix64 from 0. */
static void seeds_are_spread_by_splitmix64(void **state)
{
    struct rng rng;

    (void)state;
    rng_seed(&rng, 0);
    assert_int_equal(rng.s[0], UINT64_C(0xe220a8397b1dcdaf));
    assert_int_equal(rng.s[1], UINT64_C(0x6e789e6aa1b965f4));
    assert_int_equal(rng.s[2], UINT64_C(0x06c45d188009454f));
    assert_int_equal(rng.s[3], UINT64_C(0xf88bb8a8724c81ec));
}

static void rng_below_stays_below_and_reaches_everything(void **state)
{
    struct rng rng;
    unsigned seen = 0;

    (void)state;
    rng_seed(&rng, 7);
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t x = rng_below(&rng, 10);

        assert_in_range(x, 0, 9);
        seen |= 1u << x;
    }
    assert_int_equal(seen, 0x3ff);
    assert_true(rng_below(&rng, UINT64_MAX) > UINT32_MAX);
    assert_true(rng_one_in(&rng, 1));
    expect_assert_failure(rng_below(&rng, 0));
}

static void status_texts_differ(void **state)
{
    (void)state;
    for (int a = VM_OK; a <= VM_RANGE; a++) {
        for (int b = VM_OK; b < a; b++)
            assert_string_not_equal(vm_status_text((enum vm_status)a),
                                    vm_status_text((enum vm_status)b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memcpy_copies_exactly_n_bytes),
        cmocka_unit_test(memmove_copies_overlapping_bytes_both_ways),
        cmocka_unit_test(memset_writes_the_low_byte_of_its_value),
        cmocka_unit_test(memcmp_compares_unsigned_bytes),
        cmocka_unit_test(rng_gives_the_published_sequence),
        cmocka_unit_test(seeds_are_spread_by_splitmix64),
        cmocka_unit_test(rng_below_stays_below_and_reaches_everything),
        cmocka_unit_test(status_texts_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
