/* test_frames.c: the physical frame allocator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "mem/frames.h"

enum { FIRST = 100, COUNT = 8, RESERVED = 2 };

struct fixture {
    struct frames frames;
    struct frame table[COUNT];
};

static int setup(void **state)
{
    static struct fixture fixture;

    frames_init(&fixture.frames, FIRST, COUNT, RESERVED, fixture.table);
    *state = &fixture.frames;
    return 0;
}

static pfn_t take(struct frames *f)
{
    return frames_alloc(f, FRAME_USER, 1);
}

static void reserved_frames_are_never_given(void **state) /* K11 */
{
    struct frames *f = *state;

    for (unsigned i = RESERVED; i < COUNT; i++)
        assert_int_equal(take(f), FIRST + i);
    assert_int_equal(take(f), PFN_NONE);
    assert_int_equal(f->by_kind[FRAME_RESERVED], RESERVED);
    assert_int_equal(f->by_kind[FRAME_FREE], 0);
    expect_assert_failure(frames_drop(f, FIRST));
    expect_assert_failure(frames_share(f, FIRST));
}

static void lowest_free_frame_first(void **state)
{
    struct frames *f = *state;

    for (unsigned i = 0; i < 5; i++)
        take(f);
    frames_drop(f, FIRST + 5);
    frames_drop(f, FIRST + 3);
    assert_int_equal(take(f), FIRST + 3);
    assert_int_equal(take(f), FIRST + 5);
    assert_int_equal(take(f), FIRST + 7);
}

static void record_tells_kind_and_owner(void **state) /* M14 */
{
    struct frames *f = *state;
    pfn_t pfn = frames_alloc(f, FRAME_TABLE, 42);

    assert_int_equal(frames_get(f, pfn)->kind, FRAME_TABLE);
    assert_int_equal(frames_get(f, pfn)->owner, 42);
    assert_int_equal(f->by_kind[FRAME_TABLE], 1);
    frames_drop(f, pfn);
    assert_int_equal(frames_get(f, pfn)->kind, FRAME_FREE);
    assert_int_equal(frames_get(f, pfn)->owner, FRAME_NO_OWNER);
    assert_int_equal(f->by_kind[FRAME_TABLE], 0);
    assert_string_equal(frame_kind_name(FRAME_TABLE), "table");
    assert_null(frame_kind_name(FRAME_KINDS));
}

static void used_starts_at_zero_after_each_allocation(void **state)
{
    struct frames *f = *state;
    pfn_t pfn = take(f);

    frames_get(f, pfn)->used = 9;
    frames_drop(f, pfn);
    assert_int_equal(take(f), pfn);
    assert_int_equal(frames_get(f, pfn)->used, 0);
}

static void shared_frame_is_free_after_the_last_drop(void **state)
{
    struct frames *f = *state;
    pfn_t pfn = take(f);

    assert_int_equal(frames_share(f, pfn), 2);
    assert_int_equal(frames_drop(f, pfn), 1);
    assert_int_not_equal(take(f), pfn);
    assert_int_equal(frames_drop(f, pfn), 0);
    assert_int_equal(take(f), pfn);
}

static void full_count_refuses_another_mapping(void **state)
{
    struct frames *f = *state;
    pfn_t pfn = take(f);

    for (unsigned refs = 2; refs <= UINT16_MAX; refs++)
        assert_int_equal(frames_share(f, pfn), refs);
    assert_int_equal(frames_share(f, pfn), 0);
    assert_int_equal(frames_drop(f, pfn), UINT16_MAX - 1);
}

static void misuse_is_noticed(void **state) /* P8 */
{
    struct frames *f = *state;
    pfn_t pfn = take(f);

    frames_drop(f, pfn);
    expect_assert_failure(frames_drop(f, pfn));
    expect_assert_failure(frames_share(f, pfn));
    expect_assert_failure(frames_get(f, FIRST - 1));
    expect_assert_failure(frames_get(f, FIRST + COUNT));
    expect_assert_failure(frames_alloc(f, FRAME_FREE, 0));
    expect_assert_failure(frames_init(f, PFN_NONE - 1, 2, 0, f->table));
    expect_assert_failure(frames_init(f, 0, 2, 3, f->table));
}

static void count_used(const struct frames *f, const uint16_t refs[COUNT])
{
    uint32_t free = 0, sum = 0;

    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(f->table[i].refs, i < RESERVED ? 1 : refs[i]);
        free += f->table[i].refs == 0;
    }
    for (unsigned kind = 0; kind < FRAME_KINDS; kind++)
        sum += f->by_kind[kind];
    assert_int_equal(f->by_kind[FRAME_FREE], free);
    assert_int_equal(sum, COUNT);
}

static void random_use_agrees_with_plain_counts(void **state) /* P8: no frame twice */
{
    struct frames *f = *state;
    uint16_t refs[COUNT] = {0};
    struct rng rng;

    rng_seed(&rng, 1);
    for (unsigned step = 0; step < 20000; step++) {
        unsigned i = RESERVED + (unsigned)rng_below(&rng, COUNT - RESERVED);
        unsigned lowest = RESERVED;

        while (lowest < COUNT && refs[lowest] > 0)
            lowest++;
        switch (rng_below(&rng, 3)) {
        case 0:
            assert_int_equal(take(f), lowest < COUNT ? FIRST + lowest : PFN_NONE);
            if (lowest < COUNT)
                refs[lowest] = 1;
            break;
        case 1:
            if (refs[i] > 0)
                assert_int_equal(frames_drop(f, FIRST + i), --refs[i]);
            break;
        default:
            if (refs[i] > 0 && refs[i] < 3)
                assert_int_equal(frames_share(f, FIRST + i), ++refs[i]);
        }
        count_used(f, refs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reserved_frames_are_never_given, setup),
        cmocka_unit_test_setup(lowest_free_frame_first, setup),
        cmocka_unit_test_setup(record_tells_kind_and_owner, setup),
        cmocka_unit_test_setup(used_starts_at_zero_after_each_allocation, setup),
        cmocka_unit_test_setup(shared_frame_is_free_after_the_last_drop, setup),
        cmocka_unit_test_setup(full_count_refuses_another_mapping, setup),
        cmocka_unit_test_setup(misuse_is_noticed, setup),
        cmocka_unit_test_setup(random_use_agrees_with_plain_counts, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
