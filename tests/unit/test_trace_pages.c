/* test_trace_pages.c: the pages that the records of a trace ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "atlas.h"
#include "trace_pages.h"

static struct trace_pages *t;
static unsigned xlen;

static void open_trace(unsigned width, bool svade)
{
    const struct mmutrace_header h = {.xlen = width, .svade = svade, .svnapot = width == 64};

    xlen = width;
    t = trace_pages_open(&h);
}

static int open_64(void **state)
{
    (void)state;
    open_trace(64, true);
    return 0;
}

static int open_updating(void **state)
{
    (void)state;
    open_trace(64, false);
    return 0;
}

static int open_32(void **state)
{
    (void)state;
    open_trace(32, true);
    return 0;
}

static int close_trace(void **state)
{
    (void)state;
    trace_pages_close(t);
    return 0;
}

/* Lines of a trace, each ended by a newline. */
static void feed(const char *lines)
{
    char error[SCAN_ERROR];
    struct mmutrace_event e;

    for (size_t len; *lines != '\0'; lines += len + 1) {
        char line[80] = "";

        len = strcspn(lines, "\n");
        assert_true(len < sizeof line);
        memcpy(line, lines, len);
        if (!mmutrace_parse_event(&e, xlen, line, len, error))
            fail_msg("%s: %s", line, error);
        trace_pages_event(t, &e);
    }
}

/* Sv39, ASID 1. Tables: root 1000, 1001 for VAs below 1 GiB, 1002 for those below 2 MiB. */
#define SV39                                                                                       \
    "T 8000100000001000\n"                                                                         \
    "M 1000000 400401\n" /* pointer to 1001               */                                       \
    "M 1001000 400801\n" /* pointer to 1002               */                                       \
    "M 1001008 8000cf\n" /* 200000: 2 MiB, RWX A D        */                                       \
    "M 1002000 c000cf\n" /* 0: 4 KiB, RWX A D             */                                       \
    "M 1002008 c0044f\n" /* 1000: RWX A                   */

/* What a stream was asked: letters of pages (A is the first) as used, '!' before one that is
 * renewed, small letters for those that are dropped; and then a dot for each fault. */
static void assert_asked(enum trace_side side, const char *expected)
{
    char text[80] = "", *p = text;
    const struct page_stream *s = trace_pages_stream(t, side);
    size_t count;
    const struct page_event *e = page_stream_events(s, &count);

    for (size_t i = 0; i < count; i++) {
        if (e[i].step == PAGE_RENEW)
            *p++ = '!';
        *p++ = (char)((e[i].step == PAGE_DROP ? 'a' : 'A') + (int)e[i].page);
    }
    for (uint64_t i = 0; i < page_stream_faults(s); i++)
        *p++ = '.';
    assert_string_equal(text, expected);
}

static void each_side_has_its_accesses(void **state)
{
    (void)state;
    feed(SV39 "F 1 0 3000000 0 3 4\n"
              "R 1 0 3000000 0 3 10\n"
              "R 1 1000 3001000 0 3 0\n"
              "F 1 1ffc 3001ffc 0 3 0\n");
    assert_asked(TRACE_FETCH, "AB");
    assert_asked(TRACE_DATA, "AB");
    assert_asked(TRACE_ALL, "AABB");
    assert_int_equal(trace_pages_translations(t, TRACE_FETCH), 6);
    assert_int_equal(trace_pages_translations(t, TRACE_DATA), 12);
    assert_int_equal(trace_pages_translations(t, TRACE_ALL), 18);
}

static void pages_have_their_size(void **state)
{
    const struct page_stream *s = trace_pages_stream(t, TRACE_DATA);

    (void)state;
    feed(SV39 "M 1002090 80000000010020cf\n" /* 12000 and 15000: parts of a NAPOT page */
              "M 10020a8 80000000010020cf\n"
              "M 1000008 100000cf\n" /* 40000000: 1 GiB */
              "R 1 0 3000000 0 3 0\n"
              "R 1 200000 2000000 1 2 0\n"
              "R 1 3ff000 21ff000 1 2 0\n"
              "R 1 12000 4002000 0 3 0\n"
              "R 1 15000 4005000 0 3 0\n"
              "R 1 40000000 40000000 2 1 0\n"
              "R 1 7ffff000 7ffff000 2 1 0\n");
    assert_asked(TRACE_DATA, "ABBCCDD");
    assert_int_equal(page_stream_shift(s, 0), 12);
    assert_int_equal(page_stream_shift(s, 1), 21);
    assert_int_equal(page_stream_shift(s, 2), 16);
    assert_int_equal(page_stream_shift(s, 3), 30);
}

/* Two ASIDs with the same tables: different pages, but for what is below a pointer with G. */
static void global_by_a_pointer(void **state)
{
    (void)state;
    feed(SV39 "M 1000008 400421\n" /* 40000000: the same below a global pointer */
              "R 1 0 3000000 0 3 0\n"
              "R 1 40000000 3000000 0 3 0\n"
              "T 8000200000001000\n"
              "R 1 0 3000000 0 3 0\n"
              "R 1 40000000 3000000 0 3 0\n"
              "V - 2\n");
    assert_asked(TRACE_DATA, "ABCBc");
    assert_asked(TRACE_FETCH, "");
}

static void fences_reach_every_stream(void **state)
{
    (void)state;
    feed(SV39 "F 1 0 3000000 0 3 0\n"
              "R 1 200000 2000000 1 2 0\n"
              "V 0 1\n"
              "V 2ff000 -\n"
              "R 1 200000 2000000 1 2 0\n"
              "F 1 0 3000000 0 3 0\n"
              "V - -\n");
    assert_asked(TRACE_FETCH, "AaAa");
    assert_asked(TRACE_DATA, "AaAa");
}

/* A page that is not there, and then is; a store to a page with D = 0. */
static void faults_are_not_remembered(void **state)
{
    (void)state;
    feed(SV39 "P R 1 2000 13 3 0\n"
              "M 1002010 c008cf\n"
              "R 1 2000 3002000 0 3 0\n"
              "P W 1 1000 15 3 0\n");
    assert_asked(TRACE_DATA, "A..");
}

/* Svade: the handler sets D, and a store by the page that is remembered without it misses. */
static void store_to_a_clean_page_renews(void **state)
{
    (void)state;
    feed(SV39 "R 1 1000 3001000 0 3 0\n"
              "P W 1 1000 15 3 0\n"
              "M 1002008 c004cf\n"
              "W 1 1000 3001000 0 3 0\n"
              "W 1 1008 3001008 0 3 0\n");
    assert_asked(TRACE_DATA, "A!AA.");
}

/* Svadu: the walk sets D by itself, told by a U line or not, and it stays in memory. */
static void updates_are_made(void **state)
{
    (void)state;
    feed(SV39 "R 1 1000 3001000 0 3 0\n"
              "U 1002008 c004cf\n"
              "W 1 1000 3001000 0 3 0\n"
              "M 1002010 c0080f\n" /* 2000: RWX */
              "R 1 2000 3002000 0 3 0\n"
              "W 1 2000 3002000 0 3 0\n"
              "W 1 2000 3002000 0 3 0\n"
              "V 2000 -\n"
              "R 1 2000 3002000 0 3 0\n"
              "W 1 2000 3002000 0 3 0\n");
    assert_asked(TRACE_DATA, "A!AB!BBbBB");
}

/* A user's page is read by S with SUM; what may be executed is read with MXR: both hit. */
static void contexts_count(void **state)
{
    (void)state;
    feed(SV39 "M 1002010 c008d3\n" /* 2000: R U  */
              "M 1002018 c00cc9\n" /* 3000: X    */
              "R 0 2000 3002000 0 3 0\n"
              "R 0 2000 3002000 0 3 0\n"
              "R 3 2000 3002000 0 3 0\n"
              "F 1 3000 3003000 0 3 0\n"
              "R 5 3000 3003000 0 3 0\n");
    assert_asked(TRACE_ALL, "AAABB");
}

/* The page as the walk finds it counts, and not what the guest's machine remembered. */
static void stale_records_are_walked(void **state)
{
    (void)state;
    feed(SV39 "? R 1 0 7000000 0\n"
              "? R 1 2000 7000000 0\n");
    assert_asked(TRACE_DATA, "A.");
    assert_int_equal(trace_pages_translations(t, TRACE_DATA), 2);
}

static void bare_accesses_ask_no_tlb(void **state)
{
    (void)state;
    feed("T 0\n"
         "R 1 1234 1234 0 0 2\n");
    assert_asked(TRACE_DATA, "");
    assert_int_equal(trace_pages_translations(t, TRACE_DATA), 3);
}

/* Sv32, ASID 5: root 1000; 0 is a 4 MiB page, 400000 a pointer to 1001, with 4 KiB at 400000. */
static void sv32_has_its_own_slices(void **state)
{
    const struct page_stream *s = trace_pages_stream(t, TRACE_DATA);

    (void)state;
    feed("T 81401000\n"
         "M 1000000 1000cf\n"
         "M 1000004 400401\n"
         "M 1001000 c000cf\n"
         "R 1 0 400000 1 1 0\n"
         "R 1 3ff000 7ff000 1 1 0\n"
         "R 1 400000 3000000 0 2 0\n"
         "V - 4\n"
         "V - 5\n");
    assert_asked(TRACE_DATA, "AABba");
    assert_int_equal(page_stream_shift(s, 0), 22);
    assert_int_equal(page_stream_shift(s, 1), 12);
}

static void assert_lacks(const char *preset, const char *expected)
{
    struct atlas_params p;
    const char *lacking;

    assert_true(atlas_preset(preset, &p));
    lacking = trace_pages_lacking(t, &p);
    if (expected == NULL)
        assert_null(lacking);
    else
        assert_string_equal(lacking, expected);
}

static void presets_that_cannot_follow(void **state)
{
    (void)state;
    feed(SV39);
    assert_lacks("full", NULL);
    assert_lacks("rv64", NULL);
    assert_lacks("tiny", "the other XLEN");
    feed("T a000100000001000\n");
    assert_lacks("full", NULL);
    assert_lacks("rv64", "no such mode");
}

static void asid_may_be_too_wide(void **state)
{
    (void)state;
    feed("T 801ff00000001000\n");
    assert_lacks("rv64", NULL);
    feed("T 8020000000001000\n");
    assert_lacks("rv64", "no ASID so wide");
    assert_lacks("full", NULL);
}

/* Each has one address of 33 bits; rv64 has 32. */
static void address_may_be_too_wide(void **state)
{
    static const char *const traces[] = {
        "T 8000100000100000\n",     /* the root table      */
        SV39 "M 1000008 40000001\n" /* a pointer           */
             "P R 1 40000000 13 2 0\n",
        SV39 "M 1000008 400000cf\n" /* a leaf              */
             "R 1 40000000 100000000 2 1 0\n",
        "T 0\nR 1 100000000 100000000 0 0 0\n", /* without translation */
    };

    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        (void)close_trace(state);
        (void)open_64(state);
        feed(traces[i]);
        assert_lacks("rv64", "no physical address so wide");
        assert_lacks("full", NULL);
    }
}

/* A PTE that no record has used may hold anything. */
static void unused_words_are_not_looked_at(void **state)
{
    (void)state;
    feed(SV39 "M 1000008 400000cf\n"
              "R 1 0 3000000 0 3 0\n");
    assert_lacks("rv64", NULL);
}

#define TRACE_TEST(test, open) cmocka_unit_test_setup_teardown(test, open, close_trace)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TRACE_TEST(each_side_has_its_accesses, open_64),
        TRACE_TEST(pages_have_their_size, open_64),
        TRACE_TEST(global_by_a_pointer, open_64),
        TRACE_TEST(fences_reach_every_stream, open_64),
        TRACE_TEST(faults_are_not_remembered, open_64),
        TRACE_TEST(store_to_a_clean_page_renews, open_64),
        TRACE_TEST(updates_are_made, open_updating),
        TRACE_TEST(contexts_count, open_64),
        TRACE_TEST(stale_records_are_walked, open_64),
        TRACE_TEST(bare_accesses_ask_no_tlb, open_64),
        TRACE_TEST(sv32_has_its_own_slices, open_32),
        TRACE_TEST(presets_that_cannot_follow, open_64),
        TRACE_TEST(asid_may_be_too_wide, open_64),
        TRACE_TEST(address_may_be_too_wide, open_64),
        TRACE_TEST(unused_words_are_not_looked_at, open_64),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
