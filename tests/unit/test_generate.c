/* test_generate.c: references of a known pattern, and Zipf's law in integers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "generate.h"
#include "zipf.h"

enum { SEED = 42, BASE = 0x10000000, PAGE = 4096, MANY = 200000, PAGES = 64 };

static struct generate parsed(const char *text)
{
    struct generate g;
    char error[SCAN_ERROR] = "";

    if (!generate_parse(&g, text, SEED, error))
        fail_msg("%s: %s", text, error);
    return g;
}

static struct generator *opened(const char *text)
{
    struct generate g = parsed(text);

    return generator_open(&g);
}

static struct lackey_ref next(struct generator *g)
{
    struct lackey_ref ref;

    assert_true(generator_next(g, &ref));
    assert_int_equal(ref.size, 8);
    assert_int_equal(ref.va % 8, 0);
    return ref;
}

static uint64_t next_page(struct generator *g)
{
    return (next(g).va - BASE) / PAGE;
}

/* ---- Patterns in order --------------------------------------------------------------------- */

static void assert_offsets(const char *text, const uint64_t *offsets, unsigned count)
{
    struct generator *g = opened(text);
    struct lackey_ref ref;

    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(next(g).va, BASE + offsets[i]);
        assert_int_equal(generator_number(g), i + 1);
    }
    assert_false(generator_next(g, &ref));
    generator_close(g);
}

static void sequential_takes_each_word_and_begins_again(void **state) /* P26 */
{
    struct generator *g = opened("sequential,pages=2,refs=2048");

    (void)state;
    for (uint64_t i = 0; i < 2048; i++)
        assert_int_equal(next(g).va, BASE + i % 1024 * 8);
    generator_close(g);
}

static void strided_takes_every_strideth_byte(void **state) /* P26 */
{
    static const uint64_t by_page[] = {0, 4096, 8192, 0}, odd[] = {0, 5000, 10000, 2712, 7712};

    (void)state;
    assert_offsets("strided,pages=3,refs=4", by_page, 4);
    assert_offsets("strided,pages=3,refs=5,stride=5000", odd, 5);
}

static void loop_takes_each_page_in_turn_and_then_its_next_word(void **state) /* P26 */
{
    static const uint64_t offsets[] = {0, 4096, 8192, 8, 4104, 8200, 16};

    (void)state;
    assert_offsets("loop,pages=3,refs=7", offsets, 7);
}

/* ---- Random patterns ----------------------------------------------------------------------- */

/* How often each page comes up in MANY references. */
static void count_pages(uint64_t count[PAGES], const char *text)
{
    struct generator *g = opened(text);

    memset(count, 0, PAGES * sizeof count[0]);
    for (unsigned i = 0; i < MANY; i++) {
        uint64_t page = next_page(g);

        assert_true(page < PAGES);
        count[page]++;
    }
    generator_close(g);
}

/* Within four standard deviations. */
static void assert_about(uint64_t count, double share)
{
    double expected = MANY * share, deviation = sqrt(expected * (1 - share));

    if (fabs((double)count - expected) > 4 * deviation)
        fail_msg("%lu times, expected %.0f +- %.0f", (unsigned long)count, expected, deviation);
}

static void random_takes_all_pages_and_words_as_often(void **state) /* P26 */
{
    struct generator *g = opened("random,pages=1,refs=200000");
    uint64_t count[PAGES], words[512] = {0};

    (void)state;
    count_pages(count, "random,pages=64");
    for (unsigned i = 0; i < PAGES; i++)
        assert_about(count[i], 1.0 / PAGES);
    for (unsigned i = 0; i < MANY; i++)
        words[(next(g).va - BASE) / 8]++;
    for (unsigned i = 0; i < 512; i++)
        assert_about(words[i], 1.0 / 512);
    generator_close(g);
}

static void assert_zipf(const char *text, double alpha)
{
    uint64_t count[PAGES];
    double sum = 0;

    count_pages(count, text);
    for (unsigned k = 1; k <= PAGES; k++)
        sum += pow(k, -alpha);
    for (unsigned k = 1; k <= PAGES; k++)
        assert_about(count[k - 1], pow(k, -alpha) / sum);
}

static void zipf_takes_pages_by_the_power_of_their_rank(void **state) /* P26 */
{
    (void)state;
    assert_zipf("zipf,pages=64", 1);
    assert_zipf("zipf,pages=64,alpha=0.75", 0.75);
    assert_zipf("zipf,pages=64,alpha=2.5", 2.5);
    assert_zipf("zipf,pages=64,alpha=0", 0);
}

/* In each phase 5 pages in a row and no others; the next one's are elsewhere. */
static void phases_stay_in_their_set(void **state) /* P26 */
{
    struct generator *g = opened("phases,pages=64,set=5,phase=1000");
    uint64_t before = UINT64_MAX;
    unsigned moves = 0;

    (void)state;
    for (unsigned phase = 0; phase < 20; phase++) {
        uint64_t low = UINT64_MAX, high = 0;

        for (unsigned i = 0; i < 1000; i++) {
            uint64_t page = next_page(g);

            low = page < low ? page : low;
            high = page > high ? page : high;
        }
        assert_int_equal(high - low, 4);
        assert_true(high < PAGES);
        moves += low != before;
        before = low;
    }
    assert_true(moves > 15);
    generator_close(g);
}

/* 5 of 6 pages can be the first five or the last five. */
static void phases_get_at_the_ends_of_the_area(void **state)
{
    struct generator *g = opened("phases,pages=6,set=5,phase=10");
    uint64_t count[6] = {0};

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t page = next_page(g);

        assert_true(page < 6);
        count[page]++;
    }
    assert_true(count[0] > 50 && count[5] > 50);
    generator_close(g);
}

static void the_default_set_is_an_eighth(void **state)
{
    (void)state;
    assert_int_equal(parsed("phases").set, 128);
    assert_int_equal(parsed("phases,pages=9").set, 2);
    assert_int_equal(parsed("phases,pages=1").set, 1);
}

/* One cycle: no page comes up twice before all have, each time at the same place. */
static void a_chase_goes_through_all_pages(void **state) /* P26 */
{
    static const char *const texts[] = {"chase,pages=64", "chase,pages=64,seed=7",
                                        "chase,pages=64,seed=8"};

    (void)state;
    for (unsigned t = 0; t < 3; t++) {
        struct generator *g = opened(texts[t]);
        uint64_t place[PAGES] = {0}, order[PAGES], runs = 0;

        for (unsigned i = 0; i < PAGES; i++) {
            uint64_t va = next(g).va;

            order[i] = (va - BASE) / PAGE;
            assert_int_equal(place[order[i]], 0);
            place[order[i]] = va;
            runs += i > 0 && order[i] == order[i - 1] + 1;
        }
        assert_true(runs < 10);
        for (unsigned i = 0; i < PAGES; i++)
            assert_int_equal(next(g).va, place[order[i]]);
        generator_close(g);
    }
}

static void one_page_is_enough_for_every_kind(void **state)
{
    static const char *const kinds[] = {"sequential", "strided", "loop", "random",
                                        "zipf",       "phases",  "chase"};

    (void)state;
    for (unsigned i = 0; i < 7; i++) {
        char text[40];
        struct generator *g;

        snprintf(text, sizeof text, "%s,pages=1,refs=3000", kinds[i]);
        g = opened(text);
        for (unsigned n = 0; n < 3000; n++)
            assert_int_equal(next_page(g), 0);
        generator_close(g);
    }
}

/* ---- Loads and stores, seeds --------------------------------------------------------------- */

static uint64_t stores_of(const char *text)
{
    struct generator *g = opened(text);
    uint64_t stores = 0;

    for (unsigned i = 0; i < MANY; i++) {
        struct lackey_ref ref = next(g);

        assert_true(ref.kind == LACKEY_LOAD || ref.kind == LACKEY_STORE);
        stores += ref.kind == LACKEY_STORE;
    }
    generator_close(g);
    return stores;
}

static void stores_are_as_many_as_is_asked_for(void **state)
{
    (void)state;
    assert_int_equal(stores_of("random,stores=0"), 0);
    assert_int_equal(stores_of("random,stores=100"), MANY);
    assert_about(stores_of("random"), 0.25);
    assert_about(stores_of("loop,stores=1"), 0.01);
}

/* How many of the first hundred addresses are equal. */
static unsigned equal_addresses(const char *one, const char *other)
{
    struct generator *a = opened(one), *b = opened(other);
    unsigned equal = 0;

    for (unsigned i = 0; i < 100; i++)
        equal += next(a).va == next(b).va;
    generator_close(a);
    generator_close(b);
    return equal;
}

static void one_seed_gives_one_stream(void **state)
{
    (void)state;
    assert_int_equal(equal_addresses("random", "random"), 100);
    assert_int_equal(equal_addresses("random", "random,seed=42"), 100);
    assert_int_equal(equal_addresses("random", "random,stores=90"), 100);
    assert_true(equal_addresses("random", "random,seed=43") < 5);
    assert_true(equal_addresses("phases", "phases,seed=43") < 5);
    assert_true(equal_addresses("chase", "chase,seed=43") < 5);
}

/* The same on every machine: a change of these is a change of what a seed means. */
static void streams_are_as_they_have_always_been(void **state)
{
    static const struct {
        const char *text;
        uint64_t sum;
    } known[] = {{"random", 0x1cbc106553994f51},
                 {"zipf", 0x3a52d81b5a6f98ee},
                 {"zipf,alpha=0.83,pages=1048576", 0xacab729d2fe5bae9},
                 {"phases", 0xa960555d948a8b42},
                 {"chase", 0xd3e1d51adb27cbf8}};

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        struct generator *g = opened(known[i].text);
        uint64_t sum = 0;

        for (unsigned n = 0; n < 1000; n++) {
            struct lackey_ref ref = next(g);

            sum = rng_mix(sum ^ ref.va ^ ref.kind);
        }
        generator_close(g);
        if (sum != known[i].sum)
            fail_msg("%s: 0x%llx", known[i].text, (unsigned long long)sum);
    }
}

/* ---- Zipf ---------------------------------------------------------------------------------- */

static void weights_are_powers_to_a_millionth(void **state)
{
    static const uint32_t alphas[] = {0, 1, 500, 830, 1000, 1001, 2000, 3999, 4000};

    (void)state;
    for (unsigned a = 0; a < 9; a++) {
        struct zipf *z = zipf_open(ZIPF_RANKS_MAX, alphas[a]);

        for (uint32_t k = 0; k < ZIPF_RANKS_MAX; k += k < 1000 ? 1 : 997) {
            double real = 0x1p40 * pow(k + 1, -(alphas[a] / 1000.0));
            double weight = (double)zipf_weight(z, k);

            if (fabs(weight - real) > 1 + 1e-6 * real)
                fail_msg("alpha %u rank %u: %.0f, expected %.2f", alphas[a], k, weight, real);
        }
        assert_int_equal(zipf_weight(z, 0), UINT64_C(1) << 40);
        zipf_close(z);
    }
}

/* ---- Text ---------------------------------------------------------------------------------- */

static void values_are_read(void **state)
{
    struct generate g = parsed("zipf,pages=7,refs=8,stores=9,seed=10,base=0xab000,alpha=1.05");

    (void)state;
    assert_int_equal(g.kind, GENERATE_ZIPF);
    assert_int_equal(g.pages, 7);
    assert_int_equal(g.refs, 8);
    assert_int_equal(g.stores, 9);
    assert_int_equal(g.seed, 10);
    assert_int_equal(g.base, 0xab000);
    assert_int_equal(g.alpha, 1050);
    assert_int_equal(parsed("zipf,alpha=0.5,alpha=2").alpha, 2000);
    assert_int_equal(parsed("zipf,base=ab000").base, 0xab000);
    g = parsed("phases,set=3,phase=4");
    assert_int_equal(g.set, 3);
    assert_int_equal(g.phase, 4);
    g = parsed("strided");
    assert_int_equal(g.pages, 1024);
    assert_int_equal(g.refs, 1000000);
    assert_int_equal(g.stores, 25);
    assert_int_equal(g.seed, SEED);
    assert_int_equal(g.base, BASE);
    assert_int_equal(g.stride, 4096);
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "'', expected sequential, strided, loop, random, zipf, phases or chase"},
        {"zip", "'zip', expected sequential"},
        {"zipfy", "'zipfy', expected sequential"},
        {"random,", "'', expected KEY=VALUE"},
        {"random,pages", "'pages', expected KEY=VALUE with pages"},
        {"random,page=1", "'page=1', expected KEY=VALUE"},
        {"random,=1", "'=1', expected KEY=VALUE"},
        {"random,pages=", "pages='', expected 1 to 1048576"},
        {"random,pages=0", "pages='0', expected 1 to 1048576"},
        {"random,pages=1048577", "expected 1 to 1048576"},
        {"random,pages=1x", "pages='1x', expected"},
        {"random,pages=+1", "pages='+1', expected"},
        {"random,refs=0", "refs='0', expected 1 or more"},
        {"random,refs=18446744073709551617", "expected 1 or more"},
        {"random,stores=101", "expected 0 to 100, percent"},
        {"random,base=0x1001", "base='0x1001', expected an address in hex, a multiple of 0x1000"},
        {"random,base=0x", "base='0x', expected an address"},
        {"random,pages=2,base=0xffffffffffffe000",
         "base=0xffffffffffffe000, expected room for 2 pages"},
        {"strided,stride=0", "stride='0', expected 8 to"},
        {"strided,stride=12", "stride='12', expected 8 to 4294967288 bytes, a multiple of 8"},
        {"zipf,alpha=4.001", "alpha='4.001', expected 0 to 4"},
        {"zipf,alpha=1.0001", "expected 0 to 4, with up to three decimals"},
        {"zipf,alpha=.5", "alpha='.5', expected"},
        {"zipf,alpha=1.", "alpha='1.', expected"},
        {"zipf,alpha=1.-1", "alpha='1.-1', expected"},
        {"zipf,alpha=99999999999999999999", "expected 0 to 4"},
        {"zipf,stride=8", "'stride' is a key of strided, expected none for zipf"},
        {"random,alpha=1", "'alpha' is a key of zipf, expected none for random"},
        {"phases,set=0", "set='0', expected 1 to"},
        {"phases,pages=4,set=5", "set=5, expected at most the 4 pages"},
        {"phases,phase=0", "phase='0', expected 1 or more references"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct generate g;
        char error[SCAN_ERROR] = "";

        if (generate_parse(&g, wrong[i].text, SEED, error) || strstr(error, wrong[i].says) == NULL)
            fail_msg("%s: \"%s\", expected \"%s\"", wrong[i].text, error, wrong[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequential_takes_each_word_and_begins_again),
        cmocka_unit_test(strided_takes_every_strideth_byte),
        cmocka_unit_test(loop_takes_each_page_in_turn_and_then_its_next_word),
        cmocka_unit_test(random_takes_all_pages_and_words_as_often),
        cmocka_unit_test(zipf_takes_pages_by_the_power_of_their_rank),
        cmocka_unit_test(phases_stay_in_their_set),
        cmocka_unit_test(phases_get_at_the_ends_of_the_area),
        cmocka_unit_test(the_default_set_is_an_eighth),
        cmocka_unit_test(a_chase_goes_through_all_pages),
        cmocka_unit_test(one_page_is_enough_for_every_kind),
        cmocka_unit_test(stores_are_as_many_as_is_asked_for),
        cmocka_unit_test(one_seed_gives_one_stream),
        cmocka_unit_test(streams_are_as_they_have_always_been),
        cmocka_unit_test(weights_are_powers_to_a_millionth),
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(what_is_wrong_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
