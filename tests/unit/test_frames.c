/* test_frames.c: the physical frame allocator: records, references, watermarks, contents. Runs of
 * frames: test_frames_runs.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "frames_fixture.h"
#include "mem/frames_audit.h"

enum { FIRST = 100, COUNT = 8, RESERVED = 2, HOLE = FIRST + 4 };

static struct pool_of_frames pool;

/* Eight frames: two reserved, the fifth a hole, five free. */
static struct frames *small(void **state)
{
    pool.map = (struct memmap){.count = 0};
    memmap_mark(&pool.map, FIRST, COUNT, MEMMAP_USABLE);
    memmap_mark(&pool.map, FIRST, RESERVED, MEMMAP_RESERVED);
    memmap_mark(&pool.map, HOLE, 1, MEMMAP_MMIO);
    memmap_mark(&pool.map, 7, 3, MEMMAP_MMIO);
    return pool_open(&pool, *state, FIRST, COUNT);
}

static struct frames *plain(void **state, uint32_t count)
{
    pool.map = (struct memmap){.count = 0};
    return pool_open(&pool, *state, 0x80000, count);
}

static pfn_t take(struct frames *f)
{
    return frames_alloc(f, FRAME_USER, 1);
}

static void what_is_not_usable_is_never_given(void **state) /* K11 */
{
    struct frames *f = small(state);
    uint32_t got = 0;

    for (pfn_t pfn = take(f); pfn != PFN_NONE; pfn = take(f)) {
        assert_in_range(pfn, FIRST + RESERVED, FIRST + COUNT - 1);
        assert_int_not_equal(pfn, HOLE);
        got |= UINT32_C(1) << (pfn - FIRST);
        frames_check(f);
    }
    assert_int_equal(got, 0xec); /* 2, 3, 5, 6, 7 */
    assert_int_equal(f->by_kind[FRAME_RESERVED], RESERVED);
    assert_int_equal(f->by_kind[FRAME_HOLE], 1);
    assert_int_equal(f->by_kind[FRAME_FREE], 0);
    assert_int_equal(frames_sum(f), COUNT);
    expect_assert_failure(frames_drop(f, FIRST));
    expect_assert_failure(frames_share(f, FIRST));
    expect_assert_failure(frames_drop(f, HOLE));
    expect_assert_failure(frames_head(f, HOLE));
}

static void what_no_range_holds_is_a_hole(void **state) /* K11 */
{
    struct frames *f;

    pool.map = (struct memmap){.count = 0};
    memmap_mark(&pool.map, 0, 102, MEMMAP_USABLE);
    memmap_mark(&pool.map, 105, 1, MEMMAP_KERNEL);
    memmap_mark(&pool.map, 106, 5000, MEMMAP_USABLE);
    f = pool_open(&pool, *state, FIRST, COUNT);
    assert_int_equal(f->by_kind[FRAME_HOLE], 3);
    assert_int_equal(f->by_kind[FRAME_RESERVED], 1);
    assert_int_equal(f->by_kind[FRAME_FREE], 4);
    frames_check(f);
}

static void buddy_begins_low_and_reuses_what_was_freed_last(void **state)
{
    struct frames *f = plain(state, COUNT);

    for (pfn_t i = 0; i < 6; i++)
        assert_int_equal(take(f), 0x80000 + i);
    frames_drop(f, 0x80001);
    frames_drop(f, 0x80004);
    assert_int_equal(take(f), 0x80004);
    assert_int_equal(take(f), 0x80001);
    assert_int_equal(take(f), 0x80006);
}

static void bitmap_and_list_give_the_lowest_free_frame(void **state)
{
    struct frames *f = plain(state, COUNT);

    for (pfn_t i = 0; i < 6; i++)
        assert_int_equal(take(f), 0x80000 + i);
    frames_drop(f, 0x80004);
    frames_drop(f, 0x80001);
    frames_drop(f, 0x80002);
    assert_int_equal(take(f), 0x80001);
    assert_int_equal(take(f), 0x80002);
    assert_int_equal(take(f), 0x80004);
    assert_int_equal(take(f), 0x80006);
}

static void record_tells_kind_and_owner(void **state) /* M14 */
{
    struct frames *f = small(state);
    pfn_t pfn = frames_alloc(f, FRAME_TABLE, 42);

    assert_int_equal(frames_get(f, pfn)->kind, FRAME_TABLE);
    assert_int_equal(frames_get(f, pfn)->owner, 42);
    assert_int_equal(f->by_kind[FRAME_TABLE], 1);
    frames_drop(f, pfn);
    assert_int_equal(frames_get(f, pfn)->kind, FRAME_FREE);
    assert_int_equal(frames_get(f, pfn)->owner, FRAME_NO_OWNER);
    assert_int_equal(f->by_kind[FRAME_TABLE], 0);
    assert_int_equal(frames_get(f, HOLE)->kind, FRAME_HOLE);
    assert_string_equal(frame_kind_name(FRAME_TABLE), "table");
    assert_string_equal(frame_kind_name(FRAME_HOLE), "hole");
    assert_null(frame_kind_name(FRAME_KINDS));
}

static void record_is_blank_after_each_allocation(void **state)
{
    struct frames *f = plain(state, 1);
    struct frame *record = frames_get(f, take(f));

    *record = (struct frame){.kind = record->kind, .head = true, .refs = 1, .run = record->run};
    record->used = 9;
    record->index = 77;
    record->next = record->prev = 3;
    frames_drop(f, 0x80000);
    assert_int_equal(take(f), 0x80000);
    assert_int_equal(record->used, 0);
    assert_int_equal(record->index, 0);
    assert_int_equal(record->next, PFN_NONE);
    assert_int_equal(record->prev, PFN_NONE);
    assert_null(record->maps);
    assert_null(record->object);
}

static void shared_frame_is_free_after_the_last_drop(void **state)
{
    struct frames *f = small(state);
    pfn_t pfn = take(f);

    assert_int_equal(frames_share(f, pfn), 2);
    assert_int_equal(frames_drop(f, pfn), 1);
    assert_int_not_equal(take(f), pfn);
    assert_int_equal(frames_drop(f, pfn), 0);
    assert_int_equal(f->stats.frees, 1);
    assert_int_equal(take(f), pfn);
    assert_int_equal(f->stats.allocs, 3);
    assert_int_equal(f->stats.least_free, 3);
}

static void full_count_refuses_another_mapping(void **state)
{
    struct frames *f = small(state);
    pfn_t pfn = take(f);

    for (unsigned refs = 2; refs <= UINT16_MAX; refs++)
        assert_int_equal(frames_share(f, pfn), refs);
    assert_int_equal(frames_share(f, pfn), 0);
    assert_int_equal(frames_drop(f, pfn), UINT16_MAX - 1);
}

static void misuse_is_noticed(void **state) /* P8 */
{
    struct frames *f = small(state);
    pfn_t pfn = take(f), held = take(f);

    frames_drop(f, pfn);
    expect_assert_failure(frames_drop(f, pfn));
    expect_assert_failure(frames_share(f, pfn));
    expect_assert_failure(frames_split(f, pfn));
    expect_assert_failure(frames_get(f, FIRST - 1));
    expect_assert_failure(frames_get(f, FIRST + COUNT));
    expect_assert_failure(frames_alloc(f, FRAME_FREE, 0));
    expect_assert_failure(frames_alloc(f, FRAME_KINDS, 0));
    expect_assert_failure(frames_alloc_zeroed(f, FRAME_USER, 0)); /* no bytes here */
    expect_assert_failure(frames_alloc_run(f, FRAMES_ORDER_MAX + 1, FRAME_USER, 0));
    expect_assert_failure(pool_open(&pool, *state, PFN_NONE - 1, 2));
    expect_assert_failure(pool_open(&pool, *state, 0, 0));
    f = small(state);
    held = take(f);
    frames_get(f, held)->object = f;
    expect_assert_failure(frames_drop(f, held));
    f = small(state);
    held = take(f);
    frames_get(f, held)->maps = (struct rmap *)f;
    expect_assert_failure(frames_drop(f, held));
}

static void owner_without_frames_has_left_nothing(void **state) /* M25 */
{
    struct frames *f = plain(state, 32);
    uint32_t by_kind[FRAME_KINDS];
    pfn_t table = frames_alloc(f, FRAME_TABLE, 7), run = frames_alloc_run(f, 2, FRAME_USER, 7);

    frames_alloc(f, FRAME_USER, 8);
    assert_int_equal(frames_of_owner(f, by_kind, 7), 5);
    assert_int_equal(by_kind[FRAME_TABLE], 1);
    assert_int_equal(by_kind[FRAME_USER], 4);
    frames_drop(f, table);
    frames_drop(f, run);
    assert_int_equal(frames_of_owner(f, by_kind, 7), 0);
    assert_int_equal(frames_of_owner(f, by_kind, 8), 1);
}

static void users_stop_at_the_watermark_and_the_kernel_goes_on(void **state)
{
    struct frames *f = plain(state, 2048);
    struct frames_request urgent = {.kind = FRAME_USER, .flags = FRAMES_URGENT};
    unsigned got = 0;

    assert_int_equal(f->marks.min, 8);
    assert_int_equal(f->marks.low, 10);
    assert_int_equal(f->marks.high, 12);
    while (take(f) != PFN_NONE) {
        unsigned free = 2048 - ++got;

        assert_int_equal(frames_level(f), free >= 12   ? FRAMES_PLENTY
                                          : free >= 10 ? FRAMES_ENOUGH
                                                       : FRAMES_LOW);
    }
    assert_int_equal(got, 2040);
    assert_int_equal(f->stats.below_min, 1);
    assert_int_not_equal(frames_alloc(f, FRAME_KERNEL, 0), PFN_NONE);
    assert_int_equal(frames_level(f), FRAMES_MIN);
    assert_int_not_equal(frames_alloc(f, FRAME_TABLE, 0), PFN_NONE);
    assert_int_not_equal(frames_request(f, &urgent), PFN_NONE);
    for (unsigned i = 0; i < 5; i++)
        assert_int_not_equal(frames_request(f, &urgent), PFN_NONE);
    assert_int_equal(frames_request(f, &urgent), PFN_NONE);
    assert_int_equal(f->stats.below_min, 1);
    assert_int_equal(f->stats.least_free, 0);
    assert_int_equal(plain(state, 255)->marks.high, 0);
}

static void every_nth_request_can_be_made_to_fail(void **state)
{
    for (unsigned n = 0; n <= 6; n++) {
        struct frames *f = plain(state, 16);

        f->fail_at = n;
        for (unsigned i = 1; i <= 6; i++) {
            assert_int_equal(frames_alloc_run(f, i % 2, FRAME_KERNEL, 0) == PFN_NONE, i == n);
            frames_check(f);
        }
        assert_int_equal(f->stats.injected, n > 0);
        assert_int_equal(f->stats.failed[0], n > 0 && n % 2 == 0);
        assert_int_equal(f->stats.failed[1], n % 2);
        assert_int_equal(f->stats.fragmented, 0);
        assert_int_equal(f->stats.allocs, n > 0 ? 5 : 6);
    }
}

static bool all_bytes(const struct frames *f, pfn_t pfn, unsigned frames, uint8_t value)
{
    const uint8_t *bytes = phys_frame(f->phys, pfn);

    for (unsigned i = 0; i < frames * ATLAS_PAGE_SIZE; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

static void no_byte_of_the_last_owner_is_left(void **state) /* M11 */
{
    struct frames *f = pool_open_ram(&pool, *state, 4, false);
    const struct frames_request run = {
        .kind = FRAME_USER, .order = 2, .flags = FRAMES_ZEROED, .owner = 2};

    memset(pool.phys.ram, 0x77, 4 * ATLAS_PAGE_SIZE);
    assert_int_equal(frames_alloc_zeroed(f, FRAME_USER, 1), 1024);
    assert_true(all_bytes(f, 1024, 1, 0));
    assert_int_equal(*(uint8_t *)phys_frame(f->phys, 1025), 0x77);
    memset(phys_frame(f->phys, 1024), 0x66, ATLAS_PAGE_SIZE);
    frames_drop(f, 1024);
    assert_int_equal(frames_request(f, &run), 1024);
    assert_true(all_bytes(f, 1024, 4, 0));
    pool_close(&pool);
}

static void poison_shows_who_writes_to_a_free_frame(void **state)
{
    struct frames *f = pool_open_ram(&pool, *state, 4, true);
    pfn_t pfn = frames_alloc_run(f, 2, FRAME_KERNEL, 0);

    memset(phys_frame(f->phys, pfn), 0, 4 * ATLAS_PAGE_SIZE);
    frames_drop(f, pfn);
    assert_true(all_bytes(f, pfn, 4, 0xaa));
    frames_check(f);
    assert_int_equal(frames_alloc_zeroed(f, FRAME_USER, 1), pfn);
    assert_true(all_bytes(f, pfn, 1, 0));
    ((uint8_t *)phys_frame(f->phys, pfn + 1))[4095] ^= 1;
    expect_assert_failure(take(f));
    pool_close(&pool);
}

/* The kinds go on adding up, but the policy has a frame in use and lacks a free one. */
static void exchange(struct frames *f, pfn_t used, pfn_t free)
{
    struct frame *a = frames_get(f, used), *b = frames_get(f, free), was = *a;

    *a = *b;
    *b = was;
    b->run = free;
}

static void break_one_thing(struct frames *f, unsigned fault)
{
    pfn_t run = frames_alloc_run(f, 1, FRAME_USER, 1), one = take(f), free = take(f);

    frames_drop(f, free);
    frames_check(f);
    switch (fault) {
    case 0: f->by_kind[FRAME_USER]++; break;
    case 1: frames_get(f, one)->refs = 0; break;
    case 2: frames_get(f, free)->refs = 1; break;
    case 3: frames_get(f, free)->object = f; break;
    case 4: frames_get(f, run + 1)->refs = 1; break;
    case 5: frames_get(f, run + 1)->run = one; break;
    case 6: frames_get(f, run)->order = 0; break;
    case 7: frames_get(f, one)->kind = FRAME_KERNEL; break;
    case 8: memmap_mark(&pool.map, one, 1, MEMMAP_MMIO); break;
    default: exchange(f, one, free);
    }
}

enum { FAULTS = 10 };

static void check_finds_what_is_wrong(void **state) /* K8 */
{
    static unsigned fault; /* outlives the jump out of frames_check */

    for (fault = 0; fault < FAULTS; fault++) {
        struct frames *f = small(state);

        break_one_thing(f, fault);
        expect_assert_failure(frames_check(f));
    }
}

static void random_use_agrees_with_plain_counts(void **state) /* P8: no frame twice */
{
    struct frames *f = small(state);
    uint16_t refs[COUNT] = {[0] = 1, [1] = 1, [HOLE - FIRST] = 1};
    struct rng rng;

    rng_seed(&rng, 1);
    for (unsigned step = 0; step < 10000; step++) {
        unsigned i = (unsigned)rng_below(&rng, COUNT), free = 0;
        bool mine = i >= RESERVED && FIRST + i != HOLE && refs[i] > 0;
        unsigned what = (unsigned)rng_below(&rng, 3);
        pfn_t pfn;

        if (what == 0 && (pfn = take(f)) != PFN_NONE)
            assert_int_equal(refs[pfn - FIRST]++, 0);
        if (what == 1 && mine)
            assert_int_equal(frames_drop(f, FIRST + i), --refs[i]);
        if (what == 2 && mine && refs[i] < 3)
            assert_int_equal(frames_share(f, FIRST + i), ++refs[i]);
        for (i = 0; i < COUNT; i++) {
            assert_int_equal(f->table[i].refs, refs[i]);
            free += refs[i] == 0;
        }
        assert_int_equal(f->by_kind[FRAME_FREE], free);
        frames_check(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOR_EACH_POLICY(what_is_not_usable_is_never_given),
        FOR_EACH_POLICY(what_no_range_holds_is_a_hole),
        cmocka_unit_test_prestate(buddy_begins_low_and_reuses_what_was_freed_last,
                                  (void *)(uintptr_t)&frames_buddy),
        cmocka_unit_test_prestate(bitmap_and_list_give_the_lowest_free_frame,
                                  (void *)(uintptr_t)&frames_bitmap),
        cmocka_unit_test_prestate(bitmap_and_list_give_the_lowest_free_frame,
                                  (void *)(uintptr_t)&frames_list),
        FOR_EACH_POLICY(record_tells_kind_and_owner),
        FOR_EACH_POLICY(record_is_blank_after_each_allocation),
        FOR_EACH_POLICY(shared_frame_is_free_after_the_last_drop),
        FOR_EACH_POLICY(full_count_refuses_another_mapping),
        FOR_EACH_POLICY(misuse_is_noticed),
        FOR_EACH_POLICY(owner_without_frames_has_left_nothing),
        FOR_EACH_POLICY(users_stop_at_the_watermark_and_the_kernel_goes_on),
        FOR_EACH_POLICY(every_nth_request_can_be_made_to_fail),
        FOR_EACH_POLICY(no_byte_of_the_last_owner_is_left),
        FOR_EACH_POLICY(poison_shows_who_writes_to_a_free_frame),
        FOR_EACH_POLICY(check_finds_what_is_wrong),
        FOR_EACH_POLICY(random_use_agrees_with_plain_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
