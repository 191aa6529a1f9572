/* test_bench_prefetch.c: atlas bench prefetch, as a user runs it. Cycles by hand: L = 10; a walk of
 * `tiny` takes 1 + 2 * 11 + 3 = 26, and the next request of that port is looked up a cycle late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "run_atlas.h"

#define FORKS "tests/traces/sv39-forks.head.txt.xz"
#define SWAP "tests/traces/sv57-swap.head.txt.xz"
#define XV6 "tests/traces/xv6-session.head.txt.xz"
#define OF(part, whole) (100.0 * (part) / (whole))

static struct run_atlas r;

/* A row of the table. */
struct row {
    char window[64], preset[64], neighbour[8], into[8];
    double misses, walks, prefetches, free, free_ratio, paid, paid_ratio;
};

enum { NONE, NEXT_L1, NEXT_BUFFER, PAIR_L1, PAIR_BUFFER, ROWS };                 /* without an L2 */
enum { L2_NEXT_L1 = 1, L2_NEXT_L2 = 3, L2_PAIR_L2 = 6, L2_ROWS, MAX_ROWS = 32 }; /* with one */

static struct row rows[MAX_ROWS];

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end == NULL ? NULL : end + 1;
}

/* Run, and read the rows of the table that have figures. Returns how many. */
static size_t run(const char *command)
{
    size_t count = 0;

    run_atlas(&r, command);
    if (r.status != 0)
        fail_msg("%s: status %d: %s", command, r.status, r.err);
    for (const char *line = r.out; line != NULL && count < MAX_ROWS; line = next_line(line)) {
        struct row *w = &rows[count];

        count += sscanf(line, " %63s %63s %7s %7s %lf %lf %lf %lf %lf %lf %lf", w->window,
                        w->preset, w->neighbour, w->into, &w->misses, &w->walks, &w->prefetches,
                        &w->free, &w->free_ratio, &w->paid, &w->paid_ratio) == 11;
    }
    return count;
}

static void expect(double is, double expected)
{
    if (is < expected - 0.00006 || is > expected + 0.00006)
        fail_msg("%.4f, expected %.4f, in\n%s", is, expected, r.out);
}

/* Figures of a row: all but prefetches of `accesses`, of all of which cycles are the sum. */
static void expect_row(const struct row *w, unsigned accesses, unsigned misses, unsigned walks,
                       unsigned prefetches, unsigned free, unsigned paid)
{
    expect(w->misses, OF(misses, accesses));
    expect(w->walks, OF(walks, accesses));
    expect(w->prefetches, OF(prefetches, accesses));
    expect(w->free, (double)free / accesses);
    expect(w->paid, (double)paid / accesses);
}

/* Begin the trace $T: Sv32, page i of the first 4 MiB is frame 100h + i. */
static FILE *begin_trace_of(bool svade)
{
    FILE *f = fopen(getenv("T"), "w");

    assert_non_null(f);
    fprintf(f,
            "# mmutrace 1 xlen=32 window=small svade=%d svnapot=0 svpbmt=0\n"
            "T 80000001\n"
            "M 1000 801\n"
            "M 1004 c01\n",
            svade);
    for (unsigned i = 0; i < 1024; i++)
        fprintf(f, "M %x %x\n", 0x2000 + 4 * i, (0x100 + i) << 10 | 0xcf);
    fprintf(f, "M 3000 %x\nM 3004 %x\n", 0x500 << 10 | 0xcf, 0x501 << 10 | 0xcf);
    return f;
}

static FILE *begin_trace(void)
{
    return begin_trace_of(true);
}

static void load(FILE *f, unsigned page)
{
    fprintf(f, "R 1 %x %x 0 2 0\n", page << 12, (0x100 + page) << 12);
}

/* A fetch behind n accesses that are left out. */
static void fetch(FILE *f, unsigned page, unsigned n)
{
    fprintf(f, "F 1 %x %x 0 2 %u\n", page << 12, (0x100 + page) << 12, n);
}

static void end_trace(FILE *f, unsigned records)
{
    fprintf(f, "# end records=%u\n", records);
    assert_int_equal(fclose(f), 0);
}

/* ---- What a prefetch gives ----------------------------------------------------------------- */

static void load_8_pages(void)
{
    FILE *f = begin_trace();

    for (unsigned page = 0; page < 8; page++)
        load(f, page);
    end_trace(f, 8);
}

/* None: 8 walks, 7 of them late. With it every other page hits. Free: a walk, and a hit that is
 * late. Paid: the hit waits for its PTE, 11 cycles after the walk's answer, and the L1 for the
 * write. A hit in the buffer moves to the L1: the next walk is late. */
static void of_pages_in_order_half_the_walks_remain(void **state)
{
    (void)state;
    load_8_pages();
    assert_int_equal(run("atlas bench prefetch --preset tiny $T"), ROWS);
    expect_row(&rows[NONE], 8, 8, 8, 0, 8 * 26 + 7, 8 * 26 + 7);
    expect_row(&rows[NEXT_L1], 8, 4, 4, 4, 4 * (26 + 2), 4 * (26 + 11 + 2));
    expect_row(&rows[NEXT_BUFFER], 8, 4, 4, 4, 4 * (26 + 2) + 3, 4 * (26 + 11 + 1) + 3);
    expect_row(&rows[PAIR_L1], 8, 4, 4, 4, 4 * (26 + 2), 4 * (26 + 11 + 2));
    expect_row(&rows[PAIR_BUFFER], 8, 4, 4, 4, 4 * (26 + 2) + 3, 4 * (26 + 11 + 1) + 3);
    expect(rows[NEXT_L1].free_ratio, 112.0 / 215);
    expect(rows[NEXT_L1].paid_ratio, 156.0 / 215);
    assert_string_equal(rows[PAIR_BUFFER].neighbour, "pair");
    assert_string_equal(rows[PAIR_BUFFER].into, "buffer");
}

/* rv32: a walk of two reads takes 27, of one 16, and an L2 hit 4. Every request but the first is
 * late. Paid: what comes after the walk waits 11 cycles for the channel. */
static void in_the_l2_it_saves_the_walk_not_the_miss(void **state)
{
    (void)state;
    load_8_pages();
    assert_int_equal(run("atlas bench prefetch --preset rv32 $T"), L2_ROWS);
    expect_row(&rows[NONE], 8, 8, 8, 0, 27 + 7 * 17, 27 + 7 * 17);
    expect_row(&rows[L2_NEXT_L2], 8, 8, 4, 4, 27 + 3 * 17 + 4 * 5, 27 + 3 * 17 + 4 * (11 + 4));
    expect_row(&rows[L2_PAIR_L2], 8, 8, 4, 4, 27 + 3 * 17 + 4 * 5, 27 + 3 * 17 + 4 * (11 + 4));
    assert_string_equal(rows[L2_NEXT_L2].into, "L2");
}

/* Twelve accesses between a walk and the next: they hide the read, but for a cycle of the L1. */
static void time_hides_the_price(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    load(f, 0);
    fprintf(f, "R 1 5000 105000 0 2 12\n");
    end_trace(f, 2);
    assert_int_equal(run("atlas bench prefetch --preset tiny $T"), ROWS);
    expect_row(&rows[NONE], 14, 2, 2, 0, 26 + 13 + 26, 26 + 13 + 26);
    expect_row(&rows[NEXT_L1], 14, 2, 2, 2, 26 + 13 + 26, 26 + 14 + 26);
    expect_row(&rows[NEXT_BUFFER], 14, 2, 2, 2, 26 + 13 + 26, 26 + 13 + 26);
}

/* The write of a prefetch to the L1 of port 1, while port 0 hits. */
static void another_port_does_not_wait_for_the_l1(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    fetch(f, 9, 0);
    load(f, 0);
    fetch(f, 9, 20);
    end_trace(f, 3);
    assert_int_equal(run("atlas bench prefetch --preset tiny $T"), ROWS);
    expect_row(&rows[NEXT_L1], 23, 2, 2, 2, 26 + 26 + 21, 26 + 11 + 26 + 21);
}

/* With two channels a prefetch leaves one to the next miss... */
static void another_walk_does_not_wait(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    load(f, 0);
    load(f, 5);
    fetch(f, 6, 0);
    end_trace(f, 3);
    assert_int_equal(run("atlas bench prefetch --preset tiny --preset tiny:WALKS=2 $T"), 2 * ROWS);
    expect_row(&rows[NEXT_BUFFER], 3, 3, 3, 3, 26 + 27 + 26, 26 + 37 + 37);
    expect_row(&rows[ROWS + NEXT_BUFFER], 3, 3, 3, 3, 26 + 27 + 26, 26 + 27 + 26);
    expect_row(&rows[ROWS + NEXT_L1], 3, 3, 3, 3, 26 + 27 + 26, 26 + 27 + 26);
}

/* ... but for the very page, which any port may get from the L2. */
static void who_needs_the_page_waits(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    load(f, 0);
    fetch(f, 1, 0);
    end_trace(f, 2);
    assert_int_equal(run("atlas bench prefetch --preset rv32:WALKS=2 $T"), L2_ROWS);
    expect_row(&rows[L2_NEXT_L2], 2, 2, 1, 1, 27 + 4, 27 + 11 + 4);
}

/* A fence by address takes 4 cycles, and the lookup behind it is late. */
static void a_fence_waits_for_the_read(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    load(f, 0);
    fprintf(f, "V 1000 -\n");
    load(f, 1);
    end_trace(f, 2);
    assert_int_equal(run("atlas bench prefetch --preset tiny $T"), ROWS);
    expect_row(&rows[NONE], 2, 2, 2, 0, 26 + 5 + 26, 26 + 5 + 26);
    expect_row(&rows[NEXT_L1], 2, 2, 2, 2, 26 + 5 + 26, 26 + 11 + 5 + 26);
}

/* ---- What is prefetched, and what not ------------------------------------------------------ */

/* Page 1023 is the last of its table: the next has none there, its pair is 1022. */
static void no_prefetch_crosses_a_table(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    load(f, 1023);
    load(f, 1024);
    load(f, 1022);
    end_trace(f, 3);
    assert_int_equal(run("atlas bench prefetch --preset tiny $T"), ROWS);
    expect_row(&rows[NEXT_L1], 3, 3, 3, 1, 26 + 27 + 27, 26 + 27 + 27 + 10);
    expect_row(&rows[PAIR_L1], 3, 2, 2, 2, 26 + 27 + 2, 26 + 37 + 2);
}

/* A PTE that no walk may use as it is: A clear, V clear, all zero. It is read all the same. */
static void what_a_walk_would_not_remember_is_not(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    fprintf(f, "M 2004 4008f\nM 200c 400ce\nM 2014 0\n");
    load(f, 0);
    fprintf(f, "P R 1 1000 13 2 0\n");
    load(f, 2);
    fprintf(f, "P R 1 3000 13 2 0\n");
    load(f, 4);
    fprintf(f, "P R 1 5000 13 2 0\n");
    end_trace(f, 6);
    assert_int_equal(run("atlas bench prefetch --preset rv32 $T"), L2_ROWS);
    for (unsigned i = 0; i < L2_ROWS; i++) {
        expect(rows[i].walks, 100);
        expect(rows[i].prefetches, i == NONE ? 0 : 50);
        expect(rows[i].free, rows[NONE].free);
    }
}

/* Page 1 is clean: a store to it walks, and a load does not. */
static void an_access_uses_only_what_allows_it(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    fprintf(f, "M 2004 4044f\n");
    load(f, 0);
    fprintf(f, "P W 1 1000 15 2 0\n");
    load(f, 1);
    end_trace(f, 3);
    assert_int_equal(run("atlas bench prefetch --preset tiny $T"), ROWS);
    expect(rows[NONE].walks, 100);
    expect(rows[NEXT_L1].walks, OF(2, 3));
    expect(rows[NEXT_BUFFER].walks, OF(2, 3));
}

/* A fence of the page that was prefetched, and of another. */
static void a_fence_removes_it(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    load(f, 0);
    fprintf(f, "V 1000 -\n");
    load(f, 1);
    load(f, 4);
    fprintf(f, "V 1000 -\n");
    load(f, 5);
    end_trace(f, 4);
    assert_int_equal(run("atlas bench prefetch --preset rv32 $T"), L2_ROWS);
    expect(rows[NONE].walks, 100);
    for (unsigned i = 1; i < L2_ROWS; i++)
        expect(rows[i].walks, OF(3, 4));
}

/* For another address space it is of no use, unless it is global, as page 3 is. */
static void it_belongs_to_an_address_space(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    fprintf(f, "M 200c 40cef\n");
    load(f, 0);
    load(f, 2);
    fprintf(f, "T 80400001\n");
    load(f, 3);
    load(f, 1);
    end_trace(f, 4);
    assert_int_equal(run("atlas bench prefetch --preset rv32 $T"), L2_ROWS);
    expect(rows[NONE].walks, 100);
    for (unsigned i = 1; i < L2_ROWS; i++)
        expect(rows[i].walks, OF(3, 4));
}

/* With two sets: page 4 brings page 5, which lies where page 1 was. The buffer pushes out nothing.
 */
static void in_the_l1_it_pushes_out_another_page(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    load(f, 1);
    load(f, 4);
    load(f, 1);
    end_trace(f, 3);
    assert_int_equal(run("atlas bench prefetch --preset tiny:L1_SETS=2 $T"), ROWS);
    expect(rows[NONE].walks, OF(2, 3));
    expect(rows[NEXT_L1].walks, 100);
    expect(rows[NEXT_BUFFER].walks, OF(2, 3));
}

/* Page 1 is held when page 0 is walked for: nothing is read. */
static void what_is_held_is_not_read(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    load(f, 1);
    load(f, 0);
    end_trace(f, 2);
    assert_int_equal(run("atlas bench prefetch --preset rv32 $T"), L2_ROWS);
    expect(rows[L2_NEXT_L1].prefetches, 50);
    expect(rows[L2_NEXT_L2].prefetches, 50);
}

/* Page 0 brings page 1, and page 1023 takes its place in the L1; then page 0 again. */
static void what_the_buffer_holds_is_not_read(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    load(f, 0);
    load(f, 1023);
    load(f, 0);
    end_trace(f, 3);
    assert_int_equal(run("atlas bench prefetch --preset tiny:L1_SETS=1 $T"), ROWS);
    expect_row(&rows[NEXT_BUFFER], 3, 3, 3, 1, 26 + 27 + 27, 26 + 27 + 27 + 10);
}

/* Page 1 is used twice, pushed out by page 1023, and used again. */
static void what_moves_to_the_l1_leaves_the_buffer(void **state)
{
    FILE *f = begin_trace();

    (void)state;
    load(f, 0);
    load(f, 1);
    load(f, 1);
    load(f, 1023);
    load(f, 1);
    end_trace(f, 5);
    assert_int_equal(run("atlas bench prefetch --preset tiny:L1_SETS=1 $T"), ROWS);
    expect(rows[NONE].walks, OF(4, 5));
    expect(rows[NEXT_BUFFER].walks, OF(3, 5));
}

/* ---- Beside the RTL ------------------------------------------------------------------------ */

/* A bit of everything, few accesses to each: a cycle more or less is seen. */
static void write_a_mixture(void)
{
    FILE *f = begin_trace_of(false);

    fprintf(f, "M 2028 4280f\n");                        /* page 10 has not been used       */
    load(f, 1);                                          /* a walk                          */
    load(f, 1);                                          /* a late hit                      */
    fetch(f, 1, 3);                                      /* the L2                          */
    fprintf(f, "U 2028 4284f\nR 1 a000 10a000 0 2 0\n"); /* an update of A                  */
    fprintf(f, "U 2028 428cf\nW 1 a000 10a000 0 2 0\n"); /* ... of D                        */
    fprintf(f, "V a000 -\n");
    load(f, 1);
    fprintf(f, "P R 1 800000 13 1 0\n"); /* a fault */
    load(f, 2);
    fprintf(f, "V - -\n");
    load(f, 2);
    end_trace(f, 9);
}

static void expect_as_rtl(const char *args)
{
    char command[200], text[200];
    size_t count;

    snprintf(command, sizeof command, "atlas bench prefetch %s", args);
    count = run(command);
    assert_true(count > 0);
    snprintf(command, sizeof command, "atlas bench traces %s", args);
    run_atlas(&r, command);
    for (size_t k = 0; k < count; k++) {
        if (strcmp(rows[k].neighbour, "none") != 0)
            continue;
        expect(rows[k].paid, rows[k].free);
        snprintf(text, sizeof text, "  %-38s %-6s %9.4f ", rows[k].window, rows[k].preset,
                 rows[k].free);
        if (strstr(r.out, text) == NULL)
            fail_msg("no \"%s\" in\n%s", text, r.out);
    }
}

/* Without prefetch the cycles are those of the RTL, to four digits. */
static void none_is_what_the_rtl_takes(void **state)
{
    (void)state;
    write_a_mixture();
    expect_as_rtl("--preset tiny --preset rv32 $T");
    expect_as_rtl("--preset rv64 --preset full " FORKS);
    expect_as_rtl("--latency 3 --preset full " SWAP);
    expect_as_rtl("--preset rv64 " XV6);
}

static void what_cannot_follow_is_skipped(void **state)
{
    (void)state;
    assert_int_equal(run("atlas bench prefetch " SWAP), L2_ROWS);
    assert_non_null(strstr(r.out, "tiny   skipped: the preset has the other XLEN\n"));
    assert_non_null(strstr(r.out, "rv64   skipped: the preset has no such mode\n"));
    assert_int_equal(run("atlas bench prefetch --preset rv64:SW_REFILL=1 " FORKS), 0);
    assert_non_null(strstr(r.out, "skipped: software fills its TLBs\n"));
}

static void expect_bad(const char *command, const char *says)
{
    run_atlas_ends(&r, command, 2);
    run_atlas_says(&r, says);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    expect_bad("atlas bench prefetch", "expected");
    expect_bad("atlas bench prefetch --preset none " FORKS, "no preset 'none'");
    expect_bad("atlas bench prefetch /nowhere/trace", "/nowhere/trace");
    expect_bad("xzcat " FORKS " | head -n 1000 >$T && atlas bench prefetch --preset full $T",
               ":1001: the file ends");
    assert_null(strstr(r.out, "forks"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_pages_in_order_half_the_walks_remain),
        cmocka_unit_test(in_the_l2_it_saves_the_walk_not_the_miss),
        cmocka_unit_test(time_hides_the_price),
        cmocka_unit_test(another_port_does_not_wait_for_the_l1),
        cmocka_unit_test(another_walk_does_not_wait),
        cmocka_unit_test(who_needs_the_page_waits),
        cmocka_unit_test(a_fence_waits_for_the_read),
        cmocka_unit_test(no_prefetch_crosses_a_table),
        cmocka_unit_test(what_a_walk_would_not_remember_is_not),
        cmocka_unit_test(an_access_uses_only_what_allows_it),
        cmocka_unit_test(a_fence_removes_it),
        cmocka_unit_test(it_belongs_to_an_address_space),
        cmocka_unit_test(in_the_l1_it_pushes_out_another_page),
        cmocka_unit_test(what_is_held_is_not_read),
        cmocka_unit_test(what_the_buffer_holds_is_not_read),
        cmocka_unit_test(what_moves_to_the_l1_leaves_the_buffer),
        cmocka_unit_test(none_is_what_the_rtl_takes),
        cmocka_unit_test(what_cannot_follow_is_skipped),
        cmocka_unit_test(bad_input_is_refused),
    };

    return cmocka_run_group_tests(tests, run_atlas_make_file, run_atlas_drop_file);
}
