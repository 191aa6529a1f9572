/* test_bounds.c: streams of pages, and what LRU and OPT miss of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "bounds.h"
#include "mmu_rig.h"

enum { R = 1, W = 2, X = 4, U = 8, D = 16, ANY = R | W | X | D };

static struct page_stream *s;

static int open_stream(void **state)
{
    (void)state;
    s = page_stream_open();
    return 0;
}

static int close_stream(void **state)
{
    (void)state;
    page_stream_close(s);
    return 0;
}

/* ---- Building streams ---------------------------------------------------------------------- */

static const struct atlas_req load = {.acc = ATLAS_ACC_LOAD, .priv = ATLAS_PRIV_S};
static const struct atlas_req store = {.acc = ATLAS_ACC_STORE, .priv = ATLAS_PRIV_S};
static const struct atlas_req user_load = {.acc = ATLAS_ACC_LOAD, .priv = ATLAS_PRIV_U};

/* A load of a 4 KiB page of ASID 1. */
static void use(uint64_t vpn)
{
    page_stream_use(s, &(struct stream_page){.vpn = vpn, .asid = 1, .shift = 12, .rwxud = ANY},
                    &load);
}

static void fence(int64_t vpn, int asid)
{
    page_stream_fence(s, &(struct atlas_fence){.has_va = vpn >= 0,
                                               .va = (uint64_t)vpn << ATLAS_PAGE_SHIFT,
                                               .has_asid = asid >= 0,
                                               .asid = (uint16_t)asid});
}

/* Capital letters are loads of pages; small letters fences of that page; '.' a fault. */
static void feed(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '.')
            page_stream_fault(s);
        else if (*text >= 'a')
            fence(*text - 'a', -1);
        else
            use((uint64_t)(*text - 'A'));
}

static uint64_t lru(size_t entries)
{
    return bounds_lru(s, entries).misses;
}

static void assert_misses(size_t entries, uint64_t lru_misses, uint64_t opt_misses)
{
    assert_int_equal(lru(entries), lru_misses);
    assert_int_equal(bounds_opt(s, entries), opt_misses);
}

/* ---- Policies ------------------------------------------------------------------------------ */

static void nothing_is_asked(void **state)
{
    (void)state;
    assert_misses(1, 0, 0);
    assert_int_equal(page_stream_floor(s), 0);
    assert_int_equal(bounds_lru_entries(s, 0), 0);
}

/* Belady's string 1 2 3 4 1 2 5 1 2 3 4 5. LRU with three entries hits the second to last 1 and 2
 * only: 10 misses; with four also the second 1 and 2, and then 3, 4 and 5 miss: 8.
 * OPT: the reuses are 1 1 2 2 (one after the other: they need two entries), and 3, 4, 5, each from
 * before the other's end: a third entry serves one of them, a fourth another. 12 accesses less
 * 4, 5, 6 hits; with five entries all 7. With one entry: one of 1..1..1 (two hits). */
static void beladys_string(void **state)
{
    (void)state;
    feed("ABCDABEABCDE");
    assert_misses(1, 12, 10);
    assert_misses(2, 12, 8);
    assert_misses(3, 10, 7);
    assert_misses(4, 8, 6);
    assert_misses(5, 5, 5);
    assert_misses(100, 5, 5);
    assert_int_equal(page_stream_floor(s), 5);
    assert_int_equal(page_stream_pages(s), 5);
}

/* A stays, B and C pass by: 3 misses, where a TLB that must hold what it has just used has 5. */
static void opt_may_pass_a_page_by(void **state)
{
    (void)state;
    feed("ABACA");
    assert_misses(1, 5, 3);
    assert_misses(2, 3, 3);
}

/* A loop of three pages over two entries: LRU misses all nine. OPT: A B C miss; then in each of the
 * two rounds of three uses two hit: hold A and B over C (hits A, B), and so on: of the six reuses,
 * each spanning two others, two can be under way at a time. Gaps 1-2 2-3 .. 8-9, six reuses of
 * length 3, two at a time: A(1-4) B(2-5), A(4-7) B(5-8): 4 hits, 5 misses. */
static void opt_holds_a_part_of_a_loop(void **state)
{
    (void)state;
    feed("ABCABCABC");
    assert_misses(2, 9, 5);
    assert_misses(3, 3, 3);
}

/* Of a reuse in the middle of another's, the shorter is served: A(1-7) against B(2-3), C(4-5) and
 * so on. 7 accesses, hits B and C; D is used once. */
static void opt_prefers_near_uses(void **state)
{
    (void)state;
    feed("ABBCCDA");
    assert_misses(1, 5, 5);
    assert_misses(2, 5, 4);
}

static void faults_are_misses_and_take_no_entry(void **state)
{
    (void)state;
    feed("A.A..A");
    assert_misses(1, 4, 4);
    assert_int_equal(page_stream_floor(s), 4);
    assert_int_equal(page_stream_faults(s), 3);
}

/* The fence of B between uses of A costs nothing; that of A a miss; a second one, or one of a page
 * never used, nothing. */
static void fenced_page_is_a_miss(void **state)
{
    (void)state;
    feed("ABbAaaAzA");
    assert_misses(1, 4, 3);
    assert_misses(2, 3, 3);
    assert_int_equal(page_stream_floor(s), 3);
}

/* With two entries: A B in; b frees one; C takes it, so A is still there: A B C miss. Had B stayed,
 * C would have pushed A out. */
static void fence_makes_room(void **state)
{
    (void)state;
    feed("ABbCA");
    assert_misses(2, 3, 3);
}

/* OPT does not hold A over its fence: the one entry serves B. A B A B: misses all but B's second.
 */
static void opt_knows_of_the_fence(void **state)
{
    (void)state;
    feed("ABaAB");
    assert_misses(1, 4, 3);
}

static void entries_that_lru_needs(void **state)
{
    (void)state;
    feed("ABCDABEABCDE"); /* LRU misses 12 12 10 8 5 */
    assert_int_equal(bounds_lru_entries(s, 12), 1);
    assert_int_equal(bounds_lru_entries(s, 11), 3);
    assert_int_equal(bounds_lru_entries(s, 10), 3);
    assert_int_equal(bounds_lru_entries(s, 9), 4);
    assert_int_equal(bounds_lru_entries(s, 8), 4);
    assert_int_equal(bounds_lru_entries(s, 5), 5);
    assert_int_equal(bounds_lru_entries(s, 4), 0);
}

/* ---- Pages --------------------------------------------------------------------------------- */

static void use_page(uint64_t vpn, uint16_t asid, bool global, uint8_t shift)
{
    page_stream_use(s,
                    &(struct stream_page){
                        .vpn = vpn, .asid = asid, .global = global, .shift = shift, .rwxud = ANY},
                    &load);
}

/* Three addresses of a 2 MiB page, two of a 64 KiB page, two 4 KiB pages: one, one and two
 * entries. */
static void page_of_any_size_is_one_entry(void **state)
{
    (void)state;
    use_page(0x200, 1, false, 21);
    use_page(0x3ff, 1, false, 21);
    use_page(0x2aa, 1, false, 21);
    use_page(0x410, 1, false, 16);
    use_page(0x41f, 1, false, 16);
    use_page(0x500, 1, false, 12);
    use_page(0x501, 1, false, 12);
    assert_int_equal(page_stream_pages(s), 4);
    assert_int_equal(page_stream_shift(s, 0), 21);
    assert_int_equal(page_stream_shift(s, 1), 16);
    assert_misses(1, 4, 4);
}

/* The same VPN: three ASIDs, global (whatever the ASID), another size: five entries. */
static void address_spaces_and_sizes_are_apart(void **state)
{
    (void)state;
    use_page(0x10, 1, false, 12);
    use_page(0x10, 2, false, 12);
    use_page(0x10, 1, true, 12);
    use_page(0x10, 2, true, 12);
    use_page(0x10, 0, false, 12);
    use_page(0x10, 1, false, 16);
    assert_int_equal(page_stream_pages(s), 5);
    assert_misses(5, 5, 5);
}

/* So are they among so many that the table of pages grows, and that some meet in it. */
static void many_pages_are_found_again(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 2; round++)
        for (uint16_t i = 0; i < 1000; i++) {
            use_page(i, 0, true, 12);
            use_page(i, 0, false, 12);
            for (uint8_t shift = 13; shift <= 21; shift++)
                use_page(0, i, false, shift);
        }
    assert_int_equal(page_stream_pages(s), 11000);
    assert_misses(11000, 11000, 11000);
}

/* After A (4 KiB), then S (2 MiB), then S and A held: 4 KiB, 2052, 2052. */
static void reach_is_the_size_of_what_is_held(void **state)
{
    const double kib = 1024;

    (void)state;
    use_page(1, 1, false, 12);
    use_page(0x200, 1, false, 21);
    use_page(1, 1, false, 12);
    assert_true(bounds_lru(s, 2).reach == (4 + 2052 + 2052) * kib / 3);
    assert_true(bounds_lru(s, 1).reach == (4 + 2048 + 4) * kib / 3);
    fence(0x2ff, -1);
    use_page(1, 1, false, 12);
    assert_true(bounds_lru(s, 2).reach == (4 + 2052 + 2052 + 4) * kib / 4);
}

/* Five pages that are remembered: 4 KiB at 0x210 of ASID 1 and of ASID 2, the 2 MiB page around it
 * of ASID 1, 4 KiB at 0x400 of ASID 1, a global one at 0x210. Which does a fence drop? */
static void fences_of_all_forms(void **state)
{
    static const struct {
        int64_t vpn;
        int asid;
        const char *dropped; /* numbers of the pages */
    } rows[] = {
        {-1, -1, "01234"},   {-1, 1, "023"},   {-1, 0, ""},      {-1, 2, "1"},    {-1, 3, ""},
        {0x210, -1, "0124"}, {0x211, -1, "2"}, {0x400, -1, "3"}, {0x600, -1, ""}, {0x210, 1, "02"},
        {0x210, 2, "1"},     {0x3ff, 1, "2"},  {0x400, 2, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t before, after;
        bool dropped[5] = {false};
        const struct page_event *e;

        use_page(0x210, 1, false, 12);
        use_page(0x210, 2, false, 12);
        use_page(0x210, 1, false, 21);
        use_page(0x400, 1, false, 12);
        use_page(0x210, 1, true, 12);
        page_stream_events(s, &before);
        fence(rows[i].vpn, rows[i].asid);
        e = page_stream_events(s, &after);
        assert_int_equal(after - before, strlen(rows[i].dropped));
        for (; before < after; before++) {
            assert_int_equal(e[before].step, PAGE_DROP);
            dropped[e[before].page] = true;
        }
        for (unsigned page = 0; page < 5; page++)
            assert_int_equal(dropped[page], strchr(rows[i].dropped, '0' + (int)page) != NULL);
    }
}

static void use_with(uint8_t rwxud, const struct atlas_req *req)
{
    page_stream_use(s, &(struct stream_page){.vpn = 7, .asid = 1, .shift = 12, .rwxud = rwxud},
                    req);
}

/* Rule 1.5: a load remembers the page with D = 0; the store misses, and the next one hits. A user's
 * load of a page that is remembered without U misses; the next, with U remembered, hits. A page
 * that is fenced is dropped, and not renewed. */
static void refused_access_is_a_miss(void **state)
{
    static const enum page_step steps[] = {PAGE_USE,   PAGE_USE, PAGE_RENEW, PAGE_USE, PAGE_USE,
                                           PAGE_RENEW, PAGE_USE, PAGE_DROP,  PAGE_USE};
    const struct page_event *e;
    size_t count;

    (void)state;
    use_with(R | W, &load);
    use_with(R | W, &load);
    use_with(R | W | D, &store);
    use_with(R | W | D, &store);
    use_with(R | W | D, &load);
    use_with(R | W | U | D, &user_load);
    use_with(R | W | U, &user_load);
    fence(7, -1);
    use_with(R | W | D, &store);
    e = page_stream_events(s, &count);
    assert_int_equal(count, sizeof steps / sizeof steps[0]);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(e[i].step, steps[i]);
    assert_int_equal(page_stream_floor(s), 4);
    assert_misses(1, 4, 4);
}

/* A is used, then B, then A is renewed, then B. To hold A until the miss that renews it serves
 * nothing: the one entry holds B. Misses A, B, A. */
static void opt_does_not_wait_for_a_renewal(void **state)
{
    (void)state;
    use_with(R | W, &load);
    use(1);
    use_with(R | W | D, &store);
    use(1);
    assert_misses(1, 4, 3);
}

/* ---- OPT against every choice -------------------------------------------------------------- */

/* Fewest misses of events [i, count) with these pages held (bit a page): tries every set of pages
 * that can be held after each. */
static uint64_t fewest(const struct page_event *e, size_t i, size_t count, unsigned held,
                       unsigned entries)
{
    uint64_t best = UINT64_MAX;
    unsigned page, may;
    bool hit;

    if (i == count)
        return 0;
    page = 1U << e[i].page;
    if (e[i].step == PAGE_DROP)
        return fewest(e, i + 1, count, held & ~page, entries);
    hit = (held & page) != 0 && e[i].step == PAGE_USE;
    may = held | page;
    for (unsigned set = may;; set = (set - 1) & may) {
        if ((unsigned)__builtin_popcount(set) <= entries) {
            const uint64_t misses = fewest(e, i + 1, count, set, entries);

            best = misses < best ? misses : best;
        }
        if (set == 0)
            break;
    }
    return best + !hit;
}

static void random_event(struct rng *rng)
{
    const uint64_t page = rng_below(rng, 5);

    switch (rng_below(rng, 8)) {
    case 0: fence(rng_one_in(rng, 3) ? -1 : (int64_t)page, -1); break;
    case 1:
        page_stream_use(s, &(struct stream_page){.vpn = page, .asid = 1, .shift = 12, .rwxud = ANY},
                        &store);
        break;
    case 2:
        page_stream_use(
            s, &(struct stream_page){.vpn = page, .asid = 1, .shift = 12, .rwxud = R | W}, &load);
        break;
    default: use(page);
    }
}

static void opt_is_the_best_choice(void **state)
{
    struct rng rng;

    rng_seed(&rng, rig_seed());
    for (unsigned round = 0; round < 2000; round++) {
        const struct page_event *e;
        size_t count;

        (void)close_stream(state);
        (void)open_stream(state);
        for (unsigned i = 0; i < 9; i++)
            random_event(&rng);
        e = page_stream_events(s, &count);
        for (unsigned entries = 1; entries <= 3; entries++)
            assert_int_equal(bounds_opt(s, entries), fewest(e, 0, count, 0, entries));
    }
}

/* OPT by the book: a list of what is held, searched for the farthest next use. */
static uint64_t simple_opt(const struct page_event *e, size_t count, size_t entries)
{
    struct {
        uint32_t page;
        size_t next;
    } held[64];
    size_t held_count = 0, far;
    uint64_t misses = 0;

    for (size_t i = 0; i < count; i++) {
        size_t k = 0, next = i + 1;

        while (k < held_count && held[k].page != e[i].page)
            k++;
        if (k < held_count)
            held[k] = held[--held_count];
        else if (e[i].step == PAGE_USE)
            misses++;
        if (e[i].step == PAGE_DROP)
            continue;
        misses += e[i].step == PAGE_RENEW;
        while (next < count && e[next].page != e[i].page)
            next++;
        if (next == count || e[next].step != PAGE_USE)
            continue;
        held[held_count].page = e[i].page;
        held[held_count++].next = next;
        for (far = k = 0; k < held_count; k++)
            if (held[k].next > held[far].next)
                far = k;
        if (held_count > entries)
            held[far] = held[--held_count];
    }
    return misses;
}

static void long_stream(void)
{
    struct rng rng;

    rng_seed(&rng, rig_seed());
    for (unsigned i = 0; i < 20000; i++) {
        const uint64_t page = rng_below(&rng, 1 + rng_below(&rng, 300));

        if (rng_one_in(&rng, 50))
            fence((int64_t)page, -1);
        use(page);
    }
}

static void opt_is_as_by_the_book(void **state)
{
    const struct page_event *e;
    size_t count;

    (void)state;
    long_stream();
    e = page_stream_events(s, &count);
    for (size_t entries = 1; entries < 64; entries += 6)
        assert_int_equal(bounds_opt(s, entries), simple_opt(e, count, entries));
}

/* On long streams: floor <= OPT <= LRU, more entries never miss more, and with an entry for each
 * page all are equal. */
static void policies_are_in_order(void **state)
{
    uint64_t lru_before = UINT64_MAX, opt_before = UINT64_MAX;

    (void)state;
    long_stream();
    for (size_t entries = 1; entries <= page_stream_pages(s); entries += 7) {
        const uint64_t l = lru(entries), o = bounds_opt(s, entries);

        assert_true(page_stream_floor(s) <= o && o <= l);
        assert_true(l <= lru_before && o <= opt_before);
        lru_before = l;
        opt_before = o;
    }
    assert_true(bounds_opt(s, 20) < lru(20) && lru(20) < lru(10));
    assert_misses(page_stream_pages(s), page_stream_floor(s), page_stream_floor(s));
}

#define STREAM_TEST(test) cmocka_unit_test_setup_teardown(test, open_stream, close_stream)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(nothing_is_asked),
        STREAM_TEST(beladys_string),
        STREAM_TEST(opt_may_pass_a_page_by),
        STREAM_TEST(opt_holds_a_part_of_a_loop),
        STREAM_TEST(opt_prefers_near_uses),
        STREAM_TEST(faults_are_misses_and_take_no_entry),
        STREAM_TEST(fenced_page_is_a_miss),
        STREAM_TEST(fence_makes_room),
        STREAM_TEST(opt_knows_of_the_fence),
        STREAM_TEST(entries_that_lru_needs),
        STREAM_TEST(page_of_any_size_is_one_entry),
        STREAM_TEST(address_spaces_and_sizes_are_apart),
        STREAM_TEST(many_pages_are_found_again),
        STREAM_TEST(reach_is_the_size_of_what_is_held),
        STREAM_TEST(fences_of_all_forms),
        STREAM_TEST(refused_access_is_a_miss),
        STREAM_TEST(opt_does_not_wait_for_a_renewal),
        STREAM_TEST(opt_is_the_best_choice),
        STREAM_TEST(opt_is_as_by_the_book),
        STREAM_TEST(policies_are_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
