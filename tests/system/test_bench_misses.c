/* test_bench_misses.c: atlas bench misses, as a user runs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "atlas.h"
#include "run_atlas.h"

#define FORKS "tests/traces/sv39-forks.head.txt.xz"
#define SWAP "tests/traces/sv57-swap.head.txt.xz"

static struct run_atlas r;

/* A row of the table. */
struct row {
    char window[64], preset[64], tlb[8];
    unsigned long entries, equals;
    double misses, lru, opt, floor, reach, lru_reach;
};

static void run(const char *command)
{
    run_atlas(&r, command);
    if (r.status != 0)
        fail_msg("%s: status %d: %s", command, r.status, r.err);
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end == NULL ? NULL : end + 1;
}

/* The rows of the table that have figures; the lines above are passed over. [array, max] */
static size_t rows_of(const char *text, struct row *rows, size_t max)
{
    size_t count = 0;

    for (const char *line = text; line != NULL && count < max; line = next_line(line)) {
        struct row *w = &rows[count];

        count += sscanf(line, " %63s %63s %7s %lu %lf %lf %lf %lf %lu %lf %lf", w->window,
                        w->preset, w->tlb, &w->entries, &w->misses, &w->lru, &w->opt, &w->floor,
                        &w->equals, &w->reach, &w->lru_reach) == 11;
    }
    return count;
}

static void expect_in_order(const struct row *w)
{
    assert_true(w->floor > 0 && w->floor <= w->opt);
    assert_true(w->opt <= w->lru && w->opt <= w->misses);
    assert_true(w->equals > 0);
    assert_true(w->reach > w->lru_reach / 8 && w->reach < w->lru_reach * 2);
}

static size_t l1_entries(const struct atlas_params *p)
{
    return (size_t)p->l1_sets + p->l1_big + p->l1_side;
}

static void presets_that_take_the_trace_have_rows(void **state)
{
    static const char *const presets[] = {"rv64", "full"}, *const tlbs[] = {"fetch", "data", "all"};
    struct row rows[7];

    (void)state;
    run("atlas bench misses " FORKS);
    assert_int_equal(rows_of(r.out, rows, 7), 6);
    for (size_t i = 0; i < 6; i++) {
        struct atlas_params p;

        assert_true(atlas_preset(presets[i / 3], &p));
        assert_string_equal(rows[i].window, "forks");
        assert_string_equal(rows[i].preset, presets[i / 3]);
        assert_string_equal(rows[i].tlb, tlbs[i % 3]);
        assert_int_equal(rows[i].entries, i % 3 < 2 ? l1_entries(&p)
                                                    : p.ports * l1_entries(&p) +
                                                          (size_t)p.l2_sets * p.l2_ways + p.l2_big);
        expect_in_order(&rows[i]);
    }
    assert_true(rows[5].reach > rows[4].reach && rows[4].reach > rows[3].reach);
    assert_non_null(strstr(r.out, "tiny   skipped: the preset has the other XLEN\n"));
    assert_non_null(strstr(r.out, "rv32   skipped: the preset has the other XLEN\n"));
}

/* 50 fetches, the first of which misses; 50 data accesses: a page, another, that one again after
 * its fence, a fault, and the first page again, which hits. For both together the first page is
 * there already. With one entry the last access misses too. */
static void figures_of_a_small_trace(void **state)
{
    static const struct row expected[] = {
        {"small", "rv64:L2_SETS=0", "fetch", 0, 1, 2, 2, 2, 2, 0, 0},
        {"small", "rv64:L2_SETS=0", "data", 0, 2, 8, 8, 8, 8, 0, 1.5},
        {"small", "rv64:L2_SETS=0", "all", 0, 1, 5, 4, 4, 4, 0, 1.2},
    };
    struct row rows[4];
    FILE *f = fopen(getenv("T"), "w");

    (void)state;
    assert_non_null(f);
    fputs("# mmutrace 1 window=small svade=1 svnapot=0 svpbmt=0\n"
          "T 8000100000001000\n"
          "M 1000000 400401\n"
          "M 1001000 400801\n"
          "M 1001008 8000cf\n" /* 200000: 2 MiB */
          "M 1002000 c000cf\n" /* 0: 4 KiB      */
          "M 1002028 0\n"
          "F 1 0 3000000 0 3 49\n"
          "R 1 0 3000000 0 3 9\n"
          "R 1 200000 2000000 1 2 9\n"
          "V 200000 -\n"
          "R 1 200000 2000000 1 2 9\n"
          "P R 1 5000 13 3 9\n"
          "R 1 0 3000000 0 3 9\n"
          "# end records=6\n",
          f);
    assert_int_equal(fclose(f), 0);
    run("atlas bench misses --preset rv64:L2_SETS=0 $T");
    assert_int_equal(rows_of(r.out, rows, 4), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(rows[i].window, expected[i].window);
        assert_string_equal(rows[i].preset, expected[i].preset);
        assert_string_equal(rows[i].tlb, expected[i].tlb);
        assert_int_equal(rows[i].equals, expected[i].equals);
        assert_memory_equal(&rows[i].misses, &expected[i].misses,
                            sizeof rows[i] - offsetof(struct row, misses));
    }
}

static void mode_that_a_preset_lacks_is_skipped(void **state)
{
    struct row rows[4];

    (void)state;
    run("atlas bench misses --preset rv64 --preset full " SWAP);
    assert_int_equal(rows_of(r.out, rows, 4), 3);
    assert_string_equal(rows[0].preset, "full");
    assert_non_null(strstr(r.out, "rv64   skipped: the preset has no such mode\n"));
}

/* No RTL is needed, so any parameters do. A larger L1 misses less; one port has one row. */
static void presets_may_have_parameters(void **state)
{
    struct row rows[7];

    (void)state;
    run("atlas bench misses --preset rv64:L1_SETS=16,L1_BIG=0,L1_SIDE=4 "
        "--preset rv64:L1_SETS=1024,L1_BIG=32,L1_SIDE=16 "
        "--preset rv64:L1_SETS=256,L1_BIG=0,L1_SIDE=4,L2_SETS=0,PORTS=1 " FORKS);
    assert_int_equal(rows_of(r.out, rows, 7), 7);
    assert_string_equal(rows[0].preset, "rv64:L1_SETS=16,L1_BIG=0,L1_SIDE=4");
    assert_int_equal(rows[0].entries, 20);
    assert_int_equal(rows[3].entries, 1072);
    for (size_t i = 0; i < 3; i++) {
        assert_true(rows[i].misses > rows[i + 3].misses);
        assert_true(rows[i].equals < rows[i + 3].equals);
        assert_true(rows[i].floor == rows[i + 3].floor);
    }
    assert_string_equal(rows[6].tlb, "all");
    assert_int_equal(rows[6].entries, 260);
}

static void several_traces_follow_each_other(void **state)
{
    struct row rows[10];

    (void)state;
    run("atlas bench misses --preset full " FORKS " " SWAP " " FORKS);
    assert_int_equal(rows_of(r.out, rows, 10), 9);
    assert_string_equal(rows[3].window, "swap");
    for (size_t i = 0; i < 3; i++)
        assert_memory_equal(&rows[i].entries, &rows[i + 6].entries,
                            sizeof rows[i] - offsetof(struct row, entries));
}

static void expect_bad(const char *command, const char *says)
{
    run_atlas_ends(&r, command, 2);
    run_atlas_says(&r, says);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    expect_bad("atlas bench misses", "expected");
    expect_bad("atlas bench misses --preset none " FORKS, "no preset 'none'");
    expect_bad("atlas bench misses --preset rv64:L1_SETS=3 " FORKS, "L1_SETS");
    expect_bad("atlas bench misses /nowhere/trace", "/nowhere/trace");
    expect_bad("xzcat " FORKS " | head -n 1000 >$T && atlas bench misses --preset full $T",
               ":1001: the file ends");
    assert_null(strstr(r.out, "forks"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_that_take_the_trace_have_rows),
        cmocka_unit_test(figures_of_a_small_trace),
        cmocka_unit_test(mode_that_a_preset_lacks_is_skipped),
        cmocka_unit_test(presets_may_have_parameters),
        cmocka_unit_test(several_traces_follow_each_other),
        cmocka_unit_test(bad_input_is_refused),
    };

    return cmocka_run_group_tests(tests, run_atlas_make_file, run_atlas_drop_file);
}
