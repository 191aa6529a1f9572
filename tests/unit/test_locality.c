/* test_locality.c: reuse distances and working sets, beside what is counted by hand, by lists and
 * by an LRU TLB. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "bounds.h"
#include "generate.h"
#include "locality.h"
#include "mmu_rig.h"

enum { PAGE_SHIFT = 12, RWXD = 23 };

/* Letters are pages. */
static struct locality *fed(uint64_t window, const char *text)
{
    struct locality *l = locality_open(window);

    for (; *text != '\0'; text++)
        locality_use(l, 1, (uint64_t)*text);
    return l;
}

static void assert_reuse(const struct locality *l, const uint64_t *reuse, unsigned bins)
{
    assert_int_equal(locality_bins(l), bins);
    for (unsigned i = 0; i < bins; i++)
        assert_int_equal(locality_sums(l)->reuse[i], reuse[i]);
}

/* ---- By hand ------------------------------------------------------------------------------- */

/* P26: A after A 0, A after B 1, B after A 1, C new, A after B C 2, B after C A 2, B 0. */
static void distances_are_the_pages_between(void **state)
{
    static const uint64_t reuse[] = {2, 2, 2};
    struct locality *l = fed(100, "AABABCABB");

    (void)state;
    assert_int_equal(locality_sums(l)->uses, 9);
    assert_int_equal(locality_sums(l)->first, 3);
    assert_reuse(l, reuse, 3);
    assert_int_equal(locality_lru_misses(l, 0), 7);
    assert_int_equal(locality_lru_misses(l, 1), 5);
    assert_int_equal(locality_lru_misses(l, 2), 3);
    assert_int_equal(locality_lru_misses(l, LOCALITY_BINS - 1), 3);
    locality_close(l);
}

/* Distances 3, 4, 7 and 8: 2^k - 1 and 2^k are in different bins. */
static void bins_end_at_powers_of_two(void **state)
{
    static const uint64_t three[] = {0, 0, 1}, four[] = {0, 0, 0, 1}, eight[] = {0, 0, 0, 0, 1};
    struct locality *l[4] = {fed(9, "ABCDA"), fed(9, "ABCDEA"), fed(9, "ABCDEFGHA"),
                             fed(9, "ABCDEFGHIA")};

    (void)state;
    assert_reuse(l[0], three, 3);
    assert_reuse(l[1], four, 4);
    assert_reuse(l[2], four, 4);
    assert_reuse(l[3], eight, 5);
    for (unsigned i = 0; i < 4; i++)
        locality_close(l[i]);
}

/* So many that some of them meet in the table. */
static void processes_have_pages_of_their_own(void **state)
{
    struct locality *l = locality_open(10);

    (void)state;
    for (uint32_t i = 0; i < 1200; i++)
        locality_use(l, 1 + i % 600, 7);
    assert_int_equal(locality_sums(l)->first, 600);
    assert_int_equal(locality_sums(l)->reuse[10], 600); /* 512 .. 1023 */
    locality_close(l);
}

/* P26: the window that is not full does not count. */
static void working_sets_are_the_pages_of_windows(void **state)
{
    struct locality *l = fed(4, "ABABAAAAABCDBBCCDE");
    const uint32_t *windows;
    size_t count;

    (void)state;
    windows = locality_windows(l, &count);
    assert_int_equal(count, 4);
    assert_int_equal(windows[0], 2);
    assert_int_equal(windows[1], 1);
    assert_int_equal(windows[2], 4);
    assert_int_equal(windows[3], 2);
    assert_int_equal(locality_window(l), 4);
    locality_close(l);
}

static void nothing_was_used(void **state)
{
    struct locality *l = locality_open(1);
    size_t count;

    (void)state;
    assert_int_equal(locality_bins(l), 0);
    assert_int_equal(locality_sums(l)->uses, 0);
    locality_windows(l, &count);
    assert_int_equal(count, 0);
    locality_close(l);
    locality_close(NULL);
}

/* P26: in a loop over n pages each reuse is at distance n - 1; each window as long holds all. */
static void a_loop_has_one_distance(void **state)
{
    struct generate g;
    char error[SCAN_ERROR];
    struct lackey_ref ref;
    struct generator *generator;
    struct locality *l = locality_open(3000);
    const uint32_t *windows;
    size_t count;

    (void)state;
    assert_true(generate_parse(&g, "loop,pages=3000,refs=3000000", 1, error));
    generator = generator_open(&g);
    while (generator_next(generator, &ref))
        locality_use(l, 1, ref.va >> PAGE_SHIFT);
    assert_int_equal(locality_sums(l)->first, 3000);
    assert_int_equal(locality_sums(l)->reuse[12], 2997000); /* 2048 .. 4095 */
    assert_int_equal(locality_lru_misses(l, 11), 3000000);
    assert_int_equal(locality_lru_misses(l, 12), 3000);
    windows = locality_windows(l, &count);
    assert_int_equal(count, 1000);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(windows[i], 3000);
    generator_close(generator);
    locality_close(l);
}

/* ---- By other means ------------------------------------------------------------------------ */

enum { PAGES = 1500, USES = 20000 };

/* Mostly few pages, at times any. */
static uint64_t random_page(struct rng *rng)
{
    return rng_below(rng, 1 + rng_below(rng, 1 + rng_below(rng, PAGES)));
}

/* A list of pages, the one used last first: the distance is the place in it. */
static void distances_are_places_in_a_list(void **state) /* P26 */
{
    static uint64_t list[PAGES];
    uint64_t reuse[LOCALITY_BINS] = {0}, first = 0;
    struct locality *l = locality_open(100);
    size_t count = 0;
    struct rng rng;

    (void)state;
    rng_seed(&rng, rig_seed());
    for (unsigned i = 0; i < USES; i++) {
        uint64_t page = random_page(&rng);
        size_t at = 0;
        unsigned bin = 0;

        while (at < count && list[at] != page)
            at++;
        if (at == count) {
            count++;
            first++;
        } else {
            while (at >> bin != 0)
                bin++;
            reuse[bin]++;
        }
        memmove(&list[1], &list[0], at * sizeof list[0]);
        list[0] = page;
        locality_use(l, 1, page);
    }
    assert_true(first > 512); /* the tables have grown */
    assert_int_equal(locality_sums(l)->first, first);
    for (unsigned i = 0; i < LOCALITY_BINS; i++)
        assert_int_equal(locality_sums(l)->reuse[i], reuse[i]);
    locality_close(l);
}

static void lru_misses_are_those_of_an_lru_tlb(void **state) /* P26 */
{
    static const struct atlas_req load = {.acc = ATLAS_ACC_LOAD, .priv = ATLAS_PRIV_S};
    struct page_stream *s = page_stream_open();
    struct locality *l = locality_open(100);
    struct rng rng;

    (void)state;
    rng_seed(&rng, rig_seed() + 1);
    for (unsigned i = 0; i < USES; i++) {
        struct stream_page page = {.vpn = random_page(&rng), .shift = PAGE_SHIFT, .rwxud = RWXD};

        page_stream_use(s, &page, &load);
        locality_use(l, 1, page.vpn);
    }
    for (unsigned bin = 0; bin < 12; bin++)
        assert_int_equal(locality_lru_misses(l, bin), bounds_lru(s, (size_t)1 << bin).misses);
    page_stream_close(s);
    locality_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_the_pages_between),
        cmocka_unit_test(bins_end_at_powers_of_two),
        cmocka_unit_test(processes_have_pages_of_their_own),
        cmocka_unit_test(working_sets_are_the_pages_of_windows),
        cmocka_unit_test(nothing_was_used),
        cmocka_unit_test(a_loop_has_one_distance),
        cmocka_unit_test(distances_are_places_in_a_list),
        cmocka_unit_test(lru_misses_are_those_of_an_lru_tlb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
