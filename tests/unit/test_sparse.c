/* test_sparse.c: sparse physical memory: what was written exists, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "mem/sparse.h"

#define TOP (UINT64_C(1) << 56)

static int open_memory(void **state)
{
    *state = sparse_open();
    return *state == NULL ? -1 : 0;
}

static int close_memory(void **state)
{
    sparse_close(*state);
    return 0;
}

static void expect_word(const struct sparse *m, uint64_t addr, unsigned bytes, uint64_t value)
{
    uint64_t got = 0;

    assert_true(sparse_read(m, &got, addr, bytes));
    assert_int_equal(got, value);
}

static void expect_absent(const struct sparse *m, uint64_t addr, unsigned bytes)
{
    uint64_t got = 1;

    assert_false(sparse_read(m, &got, addr, bytes));
    assert_int_equal(got, 0);
}

static void a_word_is_absent_until_it_is_written(void **state)
{
    struct sparse *m = *state;

    expect_absent(m, 0x1000, 8);
    assert_true(sparse_write(m, 0x1000, UINT64_C(0x1122334455667788), 8));
    expect_word(m, 0x1000, 8, UINT64_C(0x1122334455667788));
    expect_absent(m, 0xff8, 8);
    expect_absent(m, 0x1008, 8);
    expect_absent(m, 0x2000, 8);
}

static void halves_of_a_word_are_words(void **state)
{
    struct sparse *m = *state;

    assert_true(sparse_write(m, 0x3ff8, UINT64_C(0x1122334455667788), 8));
    expect_word(m, 0x3ff8, 4, 0x55667788);
    expect_word(m, 0x3ffc, 4, 0x11223344);
    assert_true(sparse_write(m, 0x4004, 7, 4));
    expect_absent(m, 0x4000, 8);
    assert_true(sparse_write(m, 0x4000, UINT64_C(0xffffffff00000001), 4));
    expect_word(m, 0x4000, 8, UINT64_C(0x700000001));
}

static void the_whole_width_can_be_addressed(void **state)
{
    struct sparse *m = *state;

    for (unsigned bit = 3; bit < 56; bit++)
        assert_true(sparse_write(m, UINT64_C(1) << bit, bit, 8));
    assert_true(sparse_write(m, TOP - 8, 99, 8));
    for (unsigned bit = 3; bit < 56; bit++)
        expect_word(m, UINT64_C(1) << bit, 8, bit);
    expect_word(m, TOP - 8, 8, 99);
    expect_absent(m, 0, 8);
}

static void clear_makes_everything_absent(void **state)
{
    struct sparse *m = *state;
    uint64_t value;

    for (uint64_t page = 0; page < 1000; page++)
        assert_true(sparse_write(m, page * 0x12345000, page, 8));
    assert_true(sparse_fail(m, 0, false, 0, -1));
    sparse_clear(m);
    for (uint64_t page = 0; page < 1000; page++)
        expect_absent(m, page * 0x12345000, 8);
    assert_true(sparse_write(m, 0, 5, 4)); /* its page was in use before */
    expect_absent(m, 0, 8);
    assert_int_equal(sparse_bus_read(m, &value, 0, 4), SPARSE_OK);
}

static void a_bus_read_of_an_absent_word_is_an_error(void **state)
{
    struct sparse *m = *state;
    uint64_t value = 1;

    assert_int_equal(sparse_bus_read(m, &value, 0x1000, 8), SPARSE_ERROR);
    assert_int_equal(value, 0);
    assert_int_equal(sparse_bus_cas(m, 0x1000, 0, 1, 8), SPARSE_ERROR);
    expect_absent(m, 0x1000, 8);
}

static void compare_and_swap_writes_if_equal(void **state)
{
    struct sparse *m = *state;

    assert_true(sparse_write(m, 0x1008, 5, 8));
    assert_int_equal(sparse_bus_cas(m, 0x1008, 6, 7, 8), SPARSE_OTHER);
    expect_word(m, 0x1008, 8, 5);
    assert_int_equal(sparse_bus_cas(m, 0x1008, 5, 7, 8), SPARSE_OK);
    expect_word(m, 0x1008, 8, 7);
}

static void injected_errors_come_after_and_go(void **state)
{
    struct sparse *m = *state;
    const enum sparse_status wanted[] = {SPARSE_OK,    SPARSE_OK, SPARSE_ERROR, SPARSE_ERROR,
                                         SPARSE_ERROR, SPARSE_OK, SPARSE_OK};
    uint64_t value;

    assert_true(sparse_write(m, 0x1000, 5, 8));
    assert_true(sparse_write(m, 0x1008, 6, 8));
    assert_true(sparse_fail(m, 0x1000, false, 2, 3));
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        assert_int_equal(sparse_bus_read(m, &value, 0x1000, 8), wanted[i]);
        assert_int_equal(value, wanted[i] == SPARSE_OK ? 5 : 0);
        assert_int_equal(sparse_bus_read(m, &value, 0x1008, 8), SPARSE_OK);
        expect_word(m, 0x1000, 8, 5); /* past the bus nothing fails */
    }
}

static void reads_and_swaps_fail_apart(void **state)
{
    struct sparse *m = *state;
    uint64_t value;

    assert_true(sparse_write(m, 0x1000, 5, 8));
    assert_true(sparse_fail(m, 0x1000, true, 0, -1));
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(sparse_bus_read(m, &value, 0x1000, 8), SPARSE_OK);
        assert_int_equal(sparse_bus_cas(m, 0x1000, 5, 6, 8), SPARSE_ERROR);
    }
    expect_word(m, 0x1000, 8, 5);
    assert_true(sparse_fail(m, 0x1000, true, 0, 0)); /* count 0 takes it back */
    assert_int_equal(sparse_bus_cas(m, 0x1000, 5, 6, 8), SPARSE_OK);
}

/* A small world: a few pages far apart, tried at random beside a plain array. */
static void random_writes_equal_an_array(void **state)
{
    enum { PAGES = 64, WORDS = 16, STEPS = 20000 };
    static uint32_t value[PAGES][WORDS];
    static bool present[PAGES][WORDS];
    struct sparse *m = *state;
    struct rng rng;

    rng_seed(&rng, 1);
    for (unsigned i = 0; i < STEPS; i++) {
        unsigned page = (unsigned)rng_below(&rng, PAGES), word = (unsigned)rng_below(&rng, WORDS);
        uint64_t addr = ((uint64_t)page * 0x1234567 & 0xfffffffffff) << 12 | word * 4;

        if (rng_one_in(&rng, 3)) {
            value[page][word] = (uint32_t)rng_next(&rng);
            present[page][word] = true;
            assert_true(sparse_write(m, addr, value[page][word], 4));
        } else if (present[page][word]) {
            expect_word(m, addr, 4, value[page][word]);
        } else {
            expect_absent(m, addr, 4);
        }
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_memory, close_memory)
    const struct CMUnitTest tests[] = {
        TEST(a_word_is_absent_until_it_is_written),
        TEST(halves_of_a_word_are_words),
        TEST(the_whole_width_can_be_addressed),
        TEST(clear_makes_everything_absent),
        TEST(a_bus_read_of_an_absent_word_is_an_error),
        TEST(compare_and_swap_writes_if_equal),
        TEST(injected_errors_come_after_and_go),
        TEST(reads_and_swaps_fail_apart),
        TEST(random_writes_equal_an_array),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
