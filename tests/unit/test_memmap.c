/* test_memmap.c: the boot map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "mem/memmap.h"

enum { SPAN = 60 };

static void assert_range(const struct memmap *map, unsigned i, pfn_t start, uint32_t count,
                         enum memmap_kind kind)
{
    assert_true(i < map->count);
    assert_int_equal(map->range[i].start, start);
    assert_int_equal(map->range[i].count, count);
    assert_int_equal(map->range[i].kind, kind);
}

static void mark(struct memmap *map, pfn_t start, uint32_t count, enum memmap_kind kind)
{
    assert_int_equal(memmap_mark(map, start, count, kind), VM_OK);
}

static void the_last_word_counts_and_ranges_stay_sorted(void **state) /* K11 */
{
    struct memmap map = {0};

    (void)state;
    mark(&map, 100, 50, MEMMAP_USABLE);
    mark(&map, 10, 2, MEMMAP_MMIO);
    mark(&map, 100, 4, MEMMAP_RESERVED);
    mark(&map, 120, 10, MEMMAP_MMIO);
    mark(&map, 125, 10, MEMMAP_KERNEL);
    assert_int_equal(map.count, 6);
    assert_range(&map, 0, 10, 2, MEMMAP_MMIO);
    assert_range(&map, 1, 100, 4, MEMMAP_RESERVED);
    assert_range(&map, 2, 104, 16, MEMMAP_USABLE);
    assert_range(&map, 3, 120, 5, MEMMAP_MMIO);
    assert_range(&map, 4, 125, 10, MEMMAP_KERNEL);
    assert_range(&map, 5, 135, 15, MEMMAP_USABLE);
    assert_int_equal(memmap_frames(&map, MEMMAP_USABLE), 31);
    assert_int_equal(memmap_frames(&map, MEMMAP_MMIO), 7);
    assert_ptr_equal(memmap_find(&map, 134), &map.range[4]);
    assert_ptr_equal(memmap_find(&map, 135), &map.range[5]);
    assert_null(memmap_find(&map, 99));
    assert_null(memmap_find(&map, 150));
}

static void neighbours_of_one_kind_are_one_range(void **state)
{
    struct memmap map = {0};

    (void)state;
    mark(&map, 10, 5, MEMMAP_USABLE);
    mark(&map, 20, 5, MEMMAP_USABLE);
    assert_int_equal(map.count, 2);
    mark(&map, 15, 5, MEMMAP_USABLE);
    assert_int_equal(map.count, 1);
    assert_range(&map, 0, 10, 15, MEMMAP_USABLE);
}

static void place_is_the_lowest_that_fits(void **state)
{
    struct memmap map = {0};

    (void)state;
    mark(&map, 5, 100, MEMMAP_RESERVED);
    mark(&map, 10, 3, MEMMAP_USABLE);
    mark(&map, 50, 8, MEMMAP_USABLE);
    mark(&map, 70, 20, MEMMAP_USABLE);
    assert_int_equal(memmap_place(&map, 3), 10);
    assert_int_equal(memmap_place(&map, 4), 50);
    assert_int_equal(memmap_place(&map, 20), 70);
    assert_int_equal(memmap_place(&map, 21), PFN_NONE);
}

static void what_cannot_be_marked_changes_nothing(void **state)
{
    struct memmap map = {0}, before;

    (void)state;
    for (pfn_t i = 0; i < MEMMAP_RANGES; i++)
        mark(&map, 2 * i, 1, MEMMAP_USABLE);
    before = map;
    assert_int_equal(memmap_mark(&map, 100, 1, MEMMAP_MMIO), VM_LIMIT);
    assert_int_equal(memmap_mark(&map, 7, 0, MEMMAP_MMIO), VM_RANGE);
    assert_int_equal(memmap_mark(&map, PFN_NONE - 1, 2, MEMMAP_MMIO), VM_RANGE);
    assert_memory_equal(&map, &before, sizeof map);
    mark(&map, 0, 10, MEMMAP_KERNEL);
    mark(&map, PFN_NONE - 2, 2, MEMMAP_MMIO);
    assert_range(&map, map.count - 1, PFN_NONE - 2, 2, MEMMAP_MMIO);
}

static void kinds_have_names(void **state)
{
    (void)state;
    assert_string_equal(memmap_kind_name(MEMMAP_USABLE), "usable");
    assert_string_equal(memmap_kind_name(MEMMAP_MMIO), "MMIO");
    assert_null(memmap_kind_name(MEMMAP_KINDS));
}

/* The map says what an array of kinds says, in as few ranges as there are. */
static void assert_same(const struct memmap *map, const int kind[SPAN])
{
    uint32_t ranges = 0;

    for (pfn_t pfn = 0; pfn < SPAN; pfn++) {
        const struct memmap_range *r = memmap_find(map, pfn);

        assert_int_equal(r ? (int)r->kind : -1, kind[pfn]);
        ranges += kind[pfn] >= 0 && (pfn == 0 || kind[pfn - 1] != kind[pfn]);
    }
    assert_int_equal(map->count, ranges);
}

static void random_marks_agree_with_an_array(void **state) /* K11 */
{
    struct rng rng;

    (void)state;
    rng_seed(&rng, 5);
    for (unsigned round = 0; round < 300; round++) {
        struct memmap map = {0};
        int kind[SPAN];

        for (pfn_t i = 0; i < SPAN; i++)
            kind[i] = -1;
        for (unsigned step = 0; step < 40; step++) {
            pfn_t start = (pfn_t)rng_below(&rng, SPAN);
            uint32_t count = 1 + (uint32_t)rng_below(&rng, SPAN - start);
            enum memmap_kind k = (enum memmap_kind)rng_below(&rng, MEMMAP_KINDS);

            count = count > 8 && !rng_one_in(&rng, 5) ? 8 : count;
            if (memmap_mark(&map, start, count, k) == VM_OK)
                for (pfn_t i = start; i < start + count; i++)
                    kind[i] = (int)k;
            assert_same(&map, kind);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_word_counts_and_ranges_stay_sorted),
        cmocka_unit_test(neighbours_of_one_kind_are_one_range),
        cmocka_unit_test(place_is_the_lowest_that_fits),
        cmocka_unit_test(what_cannot_be_marked_changes_nothing),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(random_marks_agree_with_an_array),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
