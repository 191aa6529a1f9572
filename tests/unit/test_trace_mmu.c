/* test_trace_mmu.c: a model that follows a trace, and what it is said to miss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "atlas.h"
#include "trace_mmu.h"

enum { KIB = 1024, MIB = KIB * KIB };

static struct trace_mmu *m;
static struct atlas_params params;

/* L1 TLBs of 256 + 64 + 4 entries; an L2 of l2_sets sets with two ways. */
static void open_mmu(unsigned l2_sets, unsigned ports, bool svade)
{
    const struct mmutrace_header h = {.xlen = 64, .svade = svade};

    assert_true(atlas_preset("rv64", &params));
    params.l1_sets = 256;
    params.l1_big = 64;
    params.l1_side = 4;
    params.l2_sets = l2_sets;
    params.l2_ways = 2;
    params.ports = ports;
    m = trace_mmu_open(&params, &h);
    assert_non_null(m);
}

static int close_mmu(void **state)
{
    (void)state;
    trace_mmu_close(m);
    m = NULL;
    return 0;
}

/* Lines of a trace, each ended by a newline; returns what the last was answered. */
static bool feed(const char *lines)
{
    char error[SCAN_ERROR];
    struct mmutrace_event e;
    bool done = false;

    for (size_t len; *lines != '\0'; lines += len + 1) {
        char line[80] = "";

        len = strcspn(lines, "\n");
        assert_true(len < sizeof line);
        memcpy(line, lines, len);
        if (!mmutrace_parse_event(&e, 64, line, len, error))
            fail_msg("%s: %s", line, error);
        done = trace_mmu_event(m, &e);
    }
    return done;
}

/* Sv39, ASID 1: 4 KiB pages at 0 and 1000, this one with D = 0; 2 MiB at 400000. */
#define SV39                                                                                       \
    "T 8000100000001000\n"                                                                         \
    "M 1000000 400401\n"                                                                           \
    "M 1001000 400801\n"                                                                           \
    "M 1001010 8000cf\n"                                                                           \
    "M 1002000 c000cf\n"                                                                           \
    "M 1002008 c0044f\n"

static void assert_misses(uint64_t fetch, uint64_t data, uint64_t all)
{
    assert_int_equal(trace_mmu_misses(m, TRACE_FETCH), fetch);
    assert_int_equal(trace_mmu_misses(m, TRACE_DATA), data);
    assert_int_equal(trace_mmu_misses(m, TRACE_ALL), all);
}

static void each_port_has_its_misses(void **state)
{
    (void)state;
    open_mmu(0, 2, true);
    feed(SV39 "F 1 0 3000000 0 3 0\n"
              "F 1 4 3000004 0 3 7\n"
              "R 1 0 3000000 0 3 0\n"
              "R 1 1000 3001000 0 3 0\n"
              "R 1 1000 3001000 0 3 0\n");
    assert_misses(1, 2, 3);
    assert_int_equal(trace_mmu_reach(m, TRACE_FETCH), 4 * KIB);
    assert_int_equal(trace_mmu_reach(m, TRACE_DATA), 8 * KIB);
    assert_int_equal(trace_mmu_reach(m, TRACE_ALL), 8 * KIB);
}

static void one_port_serves_both(void **state)
{
    (void)state;
    open_mmu(0, 1, true);
    feed(SV39 "F 1 0 3000000 0 3 0\n"
              "R 1 0 3000000 0 3 0\n"
              "R 1 1000 3001000 0 3 0\n");
    assert_misses(2, 2, 2);
    assert_int_equal(trace_mmu_entries(m, TRACE_ALL), 324);
}

/* The data port finds in the L2 what the fetch port has walked for. */
static void what_the_l2_answers_is_no_miss_of_all(void **state)
{
    (void)state;
    open_mmu(256, 2, true);
    feed(SV39 "F 1 0 3000000 0 3 0\n"
              "R 1 0 3000000 0 3 0\n");
    assert_misses(1, 1, 1);
}

static void fences_and_faults_cost_misses(void **state)
{
    (void)state;
    open_mmu(256, 2, true);
    feed(SV39 "R 1 0 3000000 0 3 0\n"
              "V 0 1\n"
              "R 1 0 3000000 0 3 0\n"
              "P W 1 1000 15 3 0\n"
              "P W 1 1000 15 3 0\n");
    assert_misses(0, 4, 4);
}

/* The store sets D: by the model's compare-and-swap, and it stays in memory. */
static void hardware_updates_are_made(void **state)
{
    (void)state;
    open_mmu(256, 2, false);
    feed(SV39 "R 1 1000 3001000 0 3 0\n"
              "W 1 1000 3001000 0 3 0\n"
              "V - -\n"
              "R 1 1000 3001000 0 3 0\n"
              "W 1 1000 3001000 0 3 0\n");
    assert_misses(0, 3, 3);
}

/* With SUM the user's page is read, with MXR what may be executed: neither is a miss again. */
static void contexts_count(void **state)
{
    (void)state;
    open_mmu(0, 2, true);
    feed(SV39 "M 1002010 c008d3\n" /* 2000: R U  */
              "M 1002018 c00cc9\n" /* 3000: X    */
              "R 0 2000 3002000 0 3 0\n"
              "R 0 2000 3002000 0 3 0\n"
              "R 3 2000 3002000 0 3 0\n"
              "R 5 3000 3003000 0 3 0\n"
              "R 5 3000 3003000 0 3 0\n");
    assert_misses(0, 2, 2);
}

static void entries_of_all_tlbs(void **state)
{
    (void)state;
    open_mmu(0, 2, true);
    assert_int_equal(trace_mmu_entries(m, TRACE_FETCH), 324);
    assert_int_equal(trace_mmu_entries(m, TRACE_DATA), 324);
    assert_int_equal(trace_mmu_entries(m, TRACE_ALL), 648);
    (void)close_mmu(state);
    open_mmu(256, 2, true);
    assert_int_equal(trace_mmu_entries(m, TRACE_ALL), 1160);
}

/* Counters of any width, or none, do not matter. */
static void misses_are_counted_without_counters(void **state)
{
    const struct mmutrace_header h = {.xlen = 64, .svade = true};

    (void)state;
    assert_true(atlas_preset("rv64", &params));
    params.ctr_bits = 0;
    m = trace_mmu_open(&params, &h);
    feed(SV39 "R 1 400000 2000000 1 2 0\n"
              "R 1 5ff000 21ff000 1 2 0\n");
    assert_misses(0, 1, 1);
    assert_int_equal(trace_mmu_reach(m, TRACE_DATA), 2 * MIB);
}

static void modes_and_widths_that_it_has_not(void **state)
{
    const struct mmutrace_header narrow = {.xlen = 32};

    (void)state;
    open_mmu(0, 2, true);
    assert_true(feed("T 8000100000001000\n"));
    assert_false(feed("T a000100000001000\n"));
    assert_null(trace_mmu_open(&params, &narrow));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_port_has_its_misses, close_mmu),
        cmocka_unit_test_teardown(one_port_serves_both, close_mmu),
        cmocka_unit_test_teardown(what_the_l2_answers_is_no_miss_of_all, close_mmu),
        cmocka_unit_test_teardown(fences_and_faults_cost_misses, close_mmu),
        cmocka_unit_test_teardown(hardware_updates_are_made, close_mmu),
        cmocka_unit_test_teardown(contexts_count, close_mmu),
        cmocka_unit_test_teardown(entries_of_all_tlbs, close_mmu),
        cmocka_unit_test_teardown(misses_are_counted_without_counters, close_mmu),
        cmocka_unit_test_teardown(modes_and_widths_that_it_has_not, close_mmu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
