/* test_oracle_bytes.c: the flat byte oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "oracle_bytes.h"

enum { PAGE = 4096, PID = 3, SEED = 9 };

static void a_page_begins_as_its_filler(void **state)
{
    struct oracle_bytes *o = oracle_open(SEED);
    uint8_t filler[PAGE];

    (void)state;
    oracle_filler(filler, SEED, PID, 0x123);
    assert_memory_equal(oracle_page(o, PID, 0x123), filler, PAGE);
    oracle_close(o);
}

/* A page in the place of another, or of another process, must be noticed at every aligned word. */
static void fillers_differ_in_every_word(void **state)
{
    static const struct {
        uint64_t seed, vpn;
        uint32_t pid;
    } others[] = {{SEED, 0x124, PID}, {SEED, 0x123, PID + 1}, {SEED + 1, 0x123, PID}, {0, 0, 0}};
    uint8_t a[PAGE], b[PAGE];

    (void)state;
    oracle_filler(a, SEED, PID, 0x123);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        oracle_filler(b, others[i].seed, others[i].pid, others[i].vpn);
        for (size_t at = 0; at < PAGE; at += 8)
            assert_memory_not_equal(a + at, b + at, 8);
    }
    for (size_t at = 8; at < PAGE; at += 8)
        assert_memory_not_equal(a, a + at, 8);
}

/* Growth of the table and collisions in the cache (256 pages apart) lose nothing. */
static void every_page_keeps_its_bytes(void **state)
{
    enum { PAGES = 3000 };
    struct oracle_bytes *o = oracle_open(SEED);

    (void)state;
    for (uint64_t i = 0; i < PAGES; i++)
        memcpy(oracle_page(o, PID, i * 128), &i, sizeof i);
    assert_int_equal(oracle_pages(o), PAGES);
    for (unsigned round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < PAGES; i++)
            assert_memory_equal(oracle_page(o, PID, i * 128), &i, sizeof i);
    }
    assert_int_equal(oracle_pages(o), PAGES);
    oracle_close(o);
}

static void processes_have_bytes_of_their_own(void **state)
{
    struct oracle_bytes *o = oracle_open(SEED);
    uint8_t *a = oracle_page(o, 1, 0x77), *b = oracle_page(o, 2, 0x77);

    (void)state;
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(oracle_page(o, 1, 0x77), a);
    assert_ptr_equal(oracle_page(o, 2, 0x77), b);
    oracle_close(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_begins_as_its_filler),
        cmocka_unit_test(fillers_differ_in_every_word),
        cmocka_unit_test(every_page_keeps_its_bytes),
        cmocka_unit_test(processes_have_bytes_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
