/* test_table_sizes.c: what page tables cost, against what can be said without building them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "table_sizes.h"

enum { DENSE = 16384, SPARSE = 1024, TYPICAL = 2467, FRAME = 4096 };

static struct table_size size_of(enum table_kind kind, enum table_process process)
{
    struct table_size size;

    assert_int_equal(table_size(&size, kind, process), VM_OK);
    return size;
}

static void assert_size(enum table_kind kind, enum table_process process, uint64_t frames,
                        uint64_t reads)
{
    struct table_size size = size_of(kind, process);

    assert_int_equal(size.bytes, frames * FRAME);
    assert_int_equal(size.reads, reads);
}

static void processes_have_their_pages_in_every_table(void **state) /* P14 */
{
    static const uint64_t pages[TABLE_PROCESSES] = {DENSE, SPARSE, TYPICAL};

    (void)state;
    for (unsigned kind = 0; kind < TABLE_KINDS; kind++) {
        assert_non_null(table_kind_name(kind));
        for (unsigned process = 0; process < TABLE_PROCESSES; process++) {
            struct table_size size = size_of(kind, process);

            assert_int_equal(size.pages, pages[process]);
            assert_in_range(size.reads, size.pages, 5 * size.pages);
        }
    }
}

/* P6 P14: 2^20 entries of 4 bytes, whatever is mapped */
static void flat_table_is_as_large_as_the_space(void **state)
{
    (void)state;
    assert_size(TABLE_FLAT, TABLE_DENSE, 1024, DENSE);
    assert_size(TABLE_FLAT, TABLE_SPARSE, 1024, SPARSE);
    assert_size(TABLE_FLAT, TABLE_TYPICAL, 1024, TYPICAL);
}

/* P14: 16 or 32 tables of leaves, and one for each level above */
static void dense_tree_has_one_table_for_each_level_above_the_leaves(void **state)
{
    (void)state;
    assert_size(TABLE_SV32, TABLE_DENSE, 16 + 1, 2 * DENSE);
    assert_size(TABLE_SV39, TABLE_DENSE, 32 + 2, 3 * DENSE);
    assert_size(TABLE_SV48, TABLE_DENSE, 32 + 3, 4 * DENSE);
    assert_size(TABLE_SV57, TABLE_DENSE, 32 + 4, 5 * DENSE);
}

/* P14: Sv32 has two of the 1024 pages in a table; the others each its own, and tables above it
 * until 256 of them, with four each, are below the root. */
static void sparse_tree_is_larger_than_what_it_maps(void **state)
{
    (void)state;
    assert_size(TABLE_SV32, TABLE_SPARSE, 512 + 1, 2 * SPARSE);
    assert_size(TABLE_SV39, TABLE_SPARSE, 1024 + 256 + 1, 3 * SPARSE);
    assert_size(TABLE_SV48, TABLE_SPARSE, 2 * 1024 + 256 + 1, 4 * SPARSE);
    assert_size(TABLE_SV57, TABLE_SPARSE, 3 * 1024 + 256 + 1, 5 * SPARSE);
}

/* P14 P15: 32 superpages in the table below the root; nothing of the sparse process merges */
static void merged_pages_need_fewer_tables_and_reads(void **state)
{
    struct table_size plain = size_of(TABLE_SV39, TABLE_TYPICAL);
    struct table_size merged = size_of(TABLE_MERGED, TABLE_TYPICAL);

    (void)state;
    assert_size(TABLE_MERGED, TABLE_DENSE, 2, 2 * DENSE);
    assert_size(TABLE_MERGED, TABLE_SPARSE, 1024 + 256 + 1, 3 * SPARSE);
    assert_int_equal(plain.bytes - merged.bytes, 2 * FRAME); /* heap and arena: 2 MiB of each */
    assert_int_equal(plain.reads - merged.reads, 2 * 512);
}

/* P14: the entries of 16 bytes are at most 3/4 full, and more than 3/8 */
static void hashed_table_goes_with_the_pages_wherever_they_are(void **state)
{
    (void)state;
    assert_int_equal(size_of(TABLE_HASHED, TABLE_DENSE).bytes, 32768 * 16);
    assert_int_equal(size_of(TABLE_HASHED, TABLE_SPARSE).bytes, 2048 * 16);
    assert_int_equal(size_of(TABLE_HASHED, TABLE_TYPICAL).bytes, 4096 * 16);
}

/* P14: 16 bytes for each of 65536 frames, and 4 for each place of the anchor table */
static void inverted_table_goes_with_ram(void **state)
{
    (void)state;
    for (unsigned process = 0; process < TABLE_PROCESSES; process++)
        assert_int_equal(size_of(TABLE_INVERTED, process).bytes, 65536 * 20);
}

/* M17: a typical program's table is below 1 % of what it maps; a search is short */
static void overhead_stays_below_its_limits(void **state)
{
    static const enum table_kind small[] = {TABLE_SV32, TABLE_SV39, TABLE_SV48, TABLE_SV57,
                                            TABLE_HASHED};

    (void)state;
    for (unsigned i = 0; i < sizeof small / sizeof small[0]; i++)
        assert_in_range(size_of(small[i], TABLE_TYPICAL).bytes, 1, TYPICAL * FRAME / 100);
    for (unsigned process = 0; process < TABLE_PROCESSES; process++) {
        struct table_size hashed = size_of(TABLE_HASHED, process);
        struct table_size inverted = size_of(TABLE_INVERTED, process);

        assert_in_range(hashed.reads, hashed.pages, 3 * hashed.pages);
        assert_in_range(inverted.reads, 2 * inverted.pages, 3 * inverted.pages);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_have_their_pages_in_every_table),
        cmocka_unit_test(flat_table_is_as_large_as_the_space),
        cmocka_unit_test(dense_tree_has_one_table_for_each_level_above_the_leaves),
        cmocka_unit_test(sparse_tree_is_larger_than_what_it_maps),
        cmocka_unit_test(merged_pages_need_fewer_tables_and_reads),
        cmocka_unit_test(hashed_table_goes_with_the_pages_wherever_they_are),
        cmocka_unit_test(inverted_table_goes_with_ram),
        cmocka_unit_test(overhead_stays_below_its_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
