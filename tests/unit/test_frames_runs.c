/* test_frames_runs.c: frames in a row, under each policy: alignment, splitting, fragmentation,
 * and long random use against a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "frames_fixture.h"
#include "mem/frames_audit.h"

static struct pool_of_frames pool;

static struct frames *plain(void **state, pfn_t first, uint32_t count)
{
    pool.map = (struct memmap){.count = 0};
    return pool_open(&pool, *state, first, count);
}

static void run_is_aligned_and_one_thing(void **state) /* K8 */
{
    struct frames *f = plain(state, 0x80003, 4000);

    for (unsigned order = FRAMES_ORDERS; order-- > 0;) {
        pfn_t pfn = frames_alloc_run(f, order, FRAME_KERNEL, 3);
        uint32_t last = (UINT32_C(1) << order) - 1;

        assert_int_not_equal(pfn, PFN_NONE);
        assert_int_equal(pfn & last, 0);
        assert_int_equal(f->by_kind[FRAME_KERNEL], last + 1);
        assert_int_equal(frames_get(f, pfn + last)->owner, 3);
        assert_int_equal(frames_head(f, pfn + last), pfn);
        assert_int_equal(frames_share(f, pfn), 2);
        frames_check(f);
        if (order > 0) {
            expect_assert_failure(frames_drop(f, pfn + last));
            expect_assert_failure(frames_share(f, pfn + last));
            expect_assert_failure(frames_split(f, pfn + last));
        }
        assert_int_equal(frames_drop(f, pfn), 1);
        assert_int_equal(frames_drop(f, pfn), 0);
        assert_int_equal(f->by_kind[FRAME_FREE], 4000);
        frames_check(f);
    }
}

static void split_run_is_dropped_frame_by_frame(void **state) /* K8 */
{
    struct frames *f = plain(state, 0x400, 64);
    pfn_t run = frames_alloc_run(f, 3, FRAME_USER, 9);

    frames_share(f, run);
    frames_split(f, run);
    frames_check(f);
    for (pfn_t i = 0; i < 8; i++) {
        const struct frame *frame = frames_get(f, run + i);

        assert_int_equal(frame->refs, 2);
        assert_int_equal(frame->owner, 9);
        assert_int_equal(frames_head(f, run + i), run + i);
        assert_int_equal(frames_drop(f, run + i), 1);
    }
    for (pfn_t i = 0; i < 8; i++) {
        assert_int_equal(frames_drop(f, run + (i * 3) % 8), 0);
        assert_int_equal(f->by_kind[FRAME_USER], 7 - i);
        frames_check(f);
    }
    assert_int_equal(frames_alloc_run(f, 6, FRAME_USER, 9), 0x400); /* all of it is one again */
}

static void survey_measures_how_free_memory_is_cut(void **state) /* M5 */
{
    struct frames *f = plain(state, 0x400, 64);
    struct frames_survey s;

    frames_survey(f, &s);
    assert_int_equal(s.largest, 64);
    assert_int_equal(s.fragmentation, 0);
    assert_int_equal(s.blocks[6], 1);
    for (unsigned i = 0; i < 64; i++)
        frames_alloc(f, FRAME_USER, 1);
    frames_survey(f, &s);
    assert_int_equal(s.largest, 0);
    assert_int_equal(s.fragmentation, 0);
    for (pfn_t pfn = 0x403; pfn < 0x40a; pfn++)
        frames_drop(f, pfn); /* 3, 4-7, 8-9 */
    frames_drop(f, 0x43f);
    frames_drop(f, 0x420);
    frames_survey(f, &s);
    assert_int_equal(s.largest, 7);
    assert_int_equal(s.fragmentation, 223); /* 1 - 7/9 */
    assert_int_equal(s.blocks[0], 3);
    assert_int_equal(s.blocks[1], 1);
    assert_int_equal(s.blocks[2], 1);
    assert_int_equal(s.blocks[3], 0);
}

static void run_can_fail_though_enough_is_free(void **state) /* M5 */
{
    struct frames *f = plain(state, 0x400, 64);
    struct frames_survey s;

    for (unsigned i = 0; i < 64; i++)
        frames_alloc(f, FRAME_USER, 1);
    for (pfn_t pfn = 0x400; pfn < 0x440; pfn += 2)
        frames_drop(f, pfn);
    assert_int_equal(f->by_kind[FRAME_FREE], 32);
    assert_int_equal(frames_alloc_run(f, 1, FRAME_USER, 1), PFN_NONE);
    assert_int_equal(f->stats.fragmented, 1);
    assert_int_equal(f->stats.failed[1], 1);
    frames_survey(f, &s);
    assert_int_equal(s.fragmentation, 969); /* 1 - 1/32 */
    for (unsigned i = 0; i < 32; i++)
        assert_int_not_equal(frames_alloc(f, FRAME_USER, 1), PFN_NONE); /* pages need no run */
    assert_int_equal(frames_alloc(f, FRAME_USER, 1), PFN_NONE);
    assert_int_equal(f->stats.fragmented, 1);
}

static void buddy_keeps_the_blocks_that_the_survey_finds(void **state) /* K8 */
{
    struct frames *f = plain(state, 0x80005, 4000);
    struct frames_survey s;
    struct rng rng;

    rng_seed(&rng, 4);
    for (unsigned i = 0; i < 4000; i++)
        frames_alloc(f, FRAME_USER, 1);
    for (unsigned i = 0; i < 20000; i++) {
        pfn_t pfn = 0x80005 + (pfn_t)rng_below(&rng, 4000);

        if (frames_get(f, pfn)->kind == FRAME_USER)
            frames_drop(f, pfn);
        if (i % 1000 == 0) {
            frames_survey(f, &s);
            assert_memory_equal(s.blocks, f->free.blocks, sizeof s.blocks);
        }
    }
    for (pfn_t pfn = 0x80005; pfn < 0x80005 + 4000; pfn++)
        if (frames_get(f, pfn)->kind == FRAME_USER)
            frames_drop(f, pfn);
    assert_int_equal(f->free.blocks[10], 2);
}

/* ---- Random use ---------------------------------------------------------------------------- */

enum { FIRST = 0x80000 - 77, COUNT = 2200, STEPS = 2500 };

/* What is free, and the runs in use, kept as plainly as can be. */
struct reference {
    bool free[COUNT];
    struct {
        pfn_t pfn;
        unsigned order;
    } run[COUNT];
    unsigned runs;
};

static struct reference ref;

static bool ref_fits(pfn_t pfn, unsigned order)
{
    for (pfn_t at = pfn; at < pfn + (1u << order); at++)
        if (at < FIRST || at >= FIRST + COUNT || !ref.free[at - FIRST])
            return false;
    return true;
}

static pfn_t ref_lowest(unsigned order)
{
    pfn_t size = 1u << order;

    for (pfn_t pfn = (FIRST + size - 1) / size * size; pfn < FIRST + COUNT; pfn += size)
        if (ref_fits(pfn, order))
            return pfn;
    return PFN_NONE;
}

static void ref_set(pfn_t pfn, unsigned order, bool free)
{
    memset(&ref.free[pfn - FIRST], free, 1u << order);
}

/* RAM with a hole and a reserved part. */
static struct frames *holed(const struct frame_policy *policy)
{
    pool.map = (struct memmap){.count = 0};
    memmap_mark(&pool.map, FIRST, COUNT, MEMMAP_USABLE);
    memmap_mark(&pool.map, FIRST, 9, MEMMAP_RESERVED);
    memmap_mark(&pool.map, 0x80000 + 300, 17, MEMMAP_MMIO);
    memset(&ref, 0, sizeof ref);
    for (pfn_t i = 0; i < COUNT; i++)
        ref.free[i] = memmap_find(&pool.map, FIRST + i)->kind == MEMMAP_USABLE;
    pool_open(&pool, policy, FIRST, COUNT);
    pool.frames.marks.min = 0; /* users may have all */
    return &pool.frames;
}

static void take_run(struct frames *f, unsigned order)
{
    pfn_t lowest = ref_lowest(order), pfn = frames_alloc_run(f, order, FRAME_USER, order);

    if (f->policy == &frames_buddy && lowest != PFN_NONE)
        assert_true(pfn % (1u << order) == 0 && ref_fits(pfn, order));
    else
        assert_int_equal(pfn, lowest);
    if (pfn == PFN_NONE)
        return;
    ref_set(pfn, order, false);
    ref.run[ref.runs].pfn = pfn;
    ref.run[ref.runs++].order = order;
}

static void split_run(struct frames *f, unsigned i)
{
    pfn_t pfn = ref.run[i].pfn, size = 1u << ref.run[i].order;

    frames_split(f, pfn);
    ref.run[i].order = 0;
    for (pfn_t k = 1; k < size; k++) {
        ref.run[ref.runs].pfn = pfn + k;
        ref.run[ref.runs++].order = 0;
    }
}

static void drop_run(struct frames *f, unsigned i)
{
    assert_int_equal(frames_drop(f, ref.run[i].pfn), 0);
    ref_set(ref.run[i].pfn, ref.run[i].order, true);
    ref.run[i] = ref.run[--ref.runs];
}

static void assert_same(const struct frames *f)
{
    uint32_t free = 0;

    for (pfn_t i = 0; i < COUNT; i++) {
        if ((f->table[i].kind == FRAME_FREE) != ref.free[i])
            fail_msg("frame %u: %s", FIRST + i, frame_kind_name(f->table[i].kind));
        free += ref.free[i];
    }
    assert_int_equal(f->by_kind[FRAME_FREE], free);
    assert_int_equal(frames_sum(f), COUNT);
    frames_check(f);
}

static unsigned some_order(struct rng *rng)
{
    unsigned order = (unsigned)rng_below(rng, FRAMES_ORDERS);

    return rng_one_in(rng, 3) ? order : order / 3;
}

static void random_runs_agree_with_an_array(void **state) /* K8 K11: every kind adds up */
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct frames *f = holed(*state);
        struct rng rng;

        rng_seed(&rng, seed);
        for (unsigned step = 0; step < STEPS; step++) {
            bool filling = step / 500 % 2 == 0;

            if (rng_below(&rng, 10) < (filling ? 6 : 4))
                take_run(f, some_order(&rng));
            else if (ref.runs > 0 && rng_one_in(&rng, 8))
                split_run(f, (unsigned)rng_below(&rng, ref.runs));
            else if (ref.runs > 0)
                drop_run(f, (unsigned)rng_below(&rng, ref.runs));
            assert_same(f);
        }
        while (ref.runs > 0)
            drop_run(f, 0);
        assert_same(f);
        assert_true(f->stats.fragmented > 0);
    }
}

static void same_calls_give_the_same_addresses(void **state)
{
    static pfn_t got[2][2000];

    for (unsigned round = 0; round < 2; round++) {
        struct frames *f;
        struct rng rng;

        memset(pool.table, round == 0 ? 0 : 0xee, sizeof pool.table);
        f = holed(*state);
        rng_seed(&rng, 8);
        for (unsigned i = 0; i < 2000; i++) {
            got[round][i] = frames_alloc_run(f, some_order(&rng), FRAME_USER, 1);
            while (rng_one_in(&rng, 2)) {
                pfn_t pfn = FIRST + (pfn_t)rng_below(&rng, COUNT);

                if (frames_get(f, pfn)->kind == FRAME_USER)
                    frames_drop(f, frames_head(f, pfn));
            }
        }
    }
    assert_memory_equal(got[0], got[1], sizeof got[0]);
}

static void zeroed_storage_needs_no_writing(void **state)
{
    struct frames_config config = {
        .first = FIRST, .count = COUNT, .policy = *state, .zeroed = true};
    struct frames *f = &pool.frames;
    pfn_t pfn;

    memset(pool.table, 0, sizeof pool.table);
    frames_init(f, &config, pool.table);
    frames_check(f);
    assert_int_equal(f->by_kind[FRAME_FREE], COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        pfn = frames_alloc(f, FRAME_KERNEL, 0);
        assert_int_equal(frames_get(f, pfn)->refs, 1);
    }
    assert_int_equal(frames_alloc(f, FRAME_KERNEL, 0), PFN_NONE);
    frames_check(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOR_EACH_POLICY(run_is_aligned_and_one_thing),
        FOR_EACH_POLICY(split_run_is_dropped_frame_by_frame),
        FOR_EACH_POLICY(survey_measures_how_free_memory_is_cut),
        FOR_EACH_POLICY(run_can_fail_though_enough_is_free),
        cmocka_unit_test_prestate(buddy_keeps_the_blocks_that_the_survey_finds,
                                  (void *)(uintptr_t)&frames_buddy),
        FOR_EACH_POLICY(random_runs_agree_with_an_array),
        FOR_EACH_POLICY(same_calls_give_the_same_addresses),
        FOR_EACH_POLICY(zeroed_storage_needs_no_writing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
