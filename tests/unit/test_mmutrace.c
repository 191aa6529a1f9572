/* test_mmutrace.c: the reader of translation traces: every line, and everything wrong with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/atlas_arch.h"
#include "capture.h"
#include "mmutrace.h"

#include <stdio.h>
#include <string.h>

#define HEADER "# mmutrace 1 xlen=64 window=w svade=0 svnapot=1 svpbmt=0\n"

static void parse(struct mmutrace_event *e, unsigned xlen, const char *line)
{
    char error[SCAN_ERROR];

    if (!mmutrace_parse_event(e, xlen, line, strlen(line), error))
        fail_msg("%s: %s", line, error);
}

static void expect_error(unsigned xlen, const char *line, const char *words)
{
    char error[SCAN_ERROR];
    struct mmutrace_event e;

    if (mmutrace_parse_event(&e, xlen, line, strlen(line), error))
        fail_msg("'%s' is accepted, expected '%s'", line, words);
    if (strstr(error, words) == NULL)
        fail_msg("'%s': says '%s', expected '%s'", line, error, words);
    assert_non_null(strstr(error, "expected"));
}

/* ---- Lines --------------------------------------------------------------------------------- */

static void every_event_arrives(void **state)
{
    struct mmutrace_event e;

    (void)state;
    parse(&e, 64, "T 8000100000082c7d");
    assert_int_equal(e.kind, MMUTRACE_SATP);
    assert_int_equal(e.satp, UINT64_C(0x8000100000082c7d));
    parse(&e, 64, "V - -");
    assert_int_equal(e.kind, MMUTRACE_FENCE);
    assert_true(!e.has_va && !e.has_asid);
    parse(&e, 64, "V ffffffff00001000 -");
    assert_true(e.has_va && !e.has_asid);
    assert_int_equal(e.va, UINT64_C(0xffffffff00001000));
    parse(&e, 64, "V - ffff");
    assert_true(!e.has_va && e.has_asid);
    assert_int_equal(e.asid, 0xffff);
    parse(&e, 64, "M 81fff010 207fe801");
    assert_int_equal(e.kind, MMUTRACE_MEM);
    assert_int_equal(e.addr, 0x81fff010);
    assert_int_equal(e.val, 0x207fe801);
    parse(&e, 64, "U 81ff9000 2000004b");
    assert_int_equal(e.kind, MMUTRACE_UPDATE);
    assert_int_equal(e.addr, 0x81ff9000);
    assert_int_equal(e.val, 0x2000004b);
}

static void every_record_arrives(void **state)
{
    static const char letters[] = "FRWAC";
    static const uint8_t accesses[] = {ATLAS_ACC_FETCH, ATLAS_ACC_LOAD, ATLAS_ACC_STORE,
                                       ATLAS_ACC_AMO, ATLAS_ACC_STORE};
    struct mmutrace_event e;
    char line[80];

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        snprintf(line, sizeof line, "%c 7 3f90a88000 83a88000 2 5 18446744073709551615",
                 letters[i]);
        parse(&e, 64, line);
        assert_int_equal(e.kind, MMUTRACE_ACCESS);
        assert_int_equal(e.key, letters[i]);
        assert_int_equal(e.acc, accesses[i]);
        assert_int_equal(e.ctx, 7);
        assert_int_equal(e.va, UINT64_C(0x3f90a88000));
        assert_int_equal(e.pa, 0x83a88000);
        assert_int_equal(e.level, 2);
        assert_int_equal(e.npte, 5);
        assert_int_equal(e.n, UINT64_MAX);
        snprintf(line, sizeof line, "? %c 1 3ffffff0a4 800070a4 12", letters[i]);
        parse(&e, 64, line);
        assert_int_equal(e.kind, MMUTRACE_STALE);
        assert_int_equal(e.acc, accesses[i]);
        assert_int_equal(e.pa, 0x800070a4);
        assert_int_equal(e.n, 12);
    }
    parse(&e, 64, "P W 1 1000 15 3 10");
    assert_int_equal(e.kind, MMUTRACE_FAULT);
    assert_int_equal(e.key, 'W');
    assert_int_equal(e.cause, ATLAS_CAUSE_STORE_PAGE);
    assert_int_equal(e.npte, 3);
    assert_int_equal(e.n, 10);
    parse(&e, 64, "P F 0 0 12 0 0");
    parse(&e, 64, "P R 0 0 13 0 0");
}

static void widths_follow_xlen(void **state)
{
    struct mmutrace_event e;

    (void)state;
    parse(&e, 64, "M fffffffffffff8 ffffffffffffffff");
    expect_error(64, "M 100000000000000 0", "addr");
    expect_error(64, "M 4 0", "multiple of 8");
    expect_error(64, "M 0 10000000000000000", "val");
    expect_error(64, "V - 10000", "asid");
    parse(&e, 64, "F 0 ffffffffffffffff ffffffffffffff 4 5 0");
    expect_error(64, "F 0 0 100000000000000 0 3 0", "pa");
    expect_error(64, "F 0 0 0 5 3 0", "level");
    expect_error(64, "F 0 0 0 0 6 0", "npte");
    expect_error(64, "F 0 0 0 0 0 18446744073709551616", "n is");
    parse(&e, 32, "M 3fffffffc ffffffff");
    expect_error(32, "M 400000000 0", "addr");
    expect_error(32, "M 2 0", "multiple of 4");
    expect_error(32, "M 0 100000000", "val");
    parse(&e, 32, "T ffffffff");
    expect_error(32, "T 100000000", "satp");
    expect_error(32, "V - 200", "asid");
    expect_error(32, "V 100000000 -", "va");
    parse(&e, 32, "F 0 ffffffff 3ffffffff 1 2 0");
    expect_error(32, "F 0 100000000 0 0 2 0", "va");
    expect_error(32, "F 0 0 400000000 0 2 0", "pa");
    expect_error(32, "F 0 0 0 2 2 0", "level");
    expect_error(32, "F 0 0 0 0 3 0", "npte");
}

static void satp_has_a_mode_that_exists(void **state)
{
    struct mmutrace_event e;
    char line[32];

    (void)state;
    for (unsigned mode = 0; mode < 16; mode++) {
        snprintf(line, sizeof line, "T %x000000000000000", mode);
        if (mode == 0 || (mode >= 8 && mode <= 10))
            parse(&e, 64, line);
        else
            expect_error(64, line, "mode");
    }
}

static void every_field_must_be_there_and_no_other(void **state)
{
    static const char *const lines[] = {"T 0",   "V - -",         "V 0 0",          "M 0 0",
                                        "U 0 0", "F 0 0 0 0 0 0", "P F 0 0 12 0 0", "? F 0 0 0 0"};
    char copy[80];

    (void)state;
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        size_t len = strlen(lines[i]);

        for (size_t end = 1; end < len; end++) {
            snprintf(copy, sizeof copy, "%.*s", (int)end, lines[i]);
            if (copy[end - 1] == '1') /* half a number */
                continue;
            expect_error(64, copy, lines[i][end - 1] == ' ' ? "field" : "missing");
        }
        for (size_t at = 1; at < len; at++) { /* a second space */
            if (lines[i][at] != ' ')
                continue;
            snprintf(copy, sizeof copy, "%.*s %s", (int)at, lines[i], lines[i] + at);
            expect_error(64, copy, "field");
        }
        snprintf(copy, sizeof copy, "%s ", lines[i]);
        expect_error(64, copy, "after the last field");
        snprintf(copy, sizeof copy, "%s 0", lines[i]);
        expect_error(64, copy, "after the last field");
        snprintf(copy, sizeof copy, "%s\r", lines[i]);
        expect_error(64, copy, "field");
    }
}

static void what_is_no_event_is_told(void **state)
{
    (void)state;
    expect_error(64, "", "empty line");
    expect_error(64, "X 0", "no such event");
    expect_error(64, "f 0 0 0 0 0 0", "no such event");
    expect_error(64, "FR 0 0 0 0 0 0", "no event");
    expect_error(64, " F 0 0 0 0 0 0", "no event");
    expect_error(64, "F\t0 0 0 0 0 0", "no event");
    expect_error(64, "F 8 0 0 0 0 0", "ctx");
    expect_error(64, "F 0 0x0 0 0 0 0", "va");
    expect_error(64, "F 0 0 0 a 0 0", "level"); /* decimal */
    expect_error(64, "F 0 0 0 0 0 a", "n is 'a'");
    expect_error(64, "P A 0 0 15 0 0", "K");
    expect_error(64, "P C 0 0 15 0 0", "K");
    expect_error(64, "P RW 0 0 13 0 0", "K");
    expect_error(64, "P F 0 0 14 0 0", "cause is 14, expected 12, 13 or 15");
    expect_error(64, "P R 0 0 d 0 0", "cause");
    expect_error(64, "? X 0 0 0 0", "K");
    expect_error(64, "V -- -", "va");
    expect_error(64, "V - -1", "asid");
}

static void no_byte_is_a_surprise(void **state)
{
    static const char *const lines[] = {"T 8000000000081fff",  "V 1000 -",
                                        "M 81fff010 207fe801", "F 7 800 900 0 3 12",
                                        "P W 1 1000 15 3 10",  "? F 1 3ff 800 0"};
    char copy[80], error[SCAN_ERROR];
    struct mmutrace_event e;

    (void)state;
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        size_t len = strlen(lines[i]);

        for (size_t at = 0; at < len; at++) {
            for (unsigned byte = 0; byte < 256; byte++) {
                memcpy(copy, lines[i], len + 1);
                copy[at] = (char)byte;
                if (!mmutrace_parse_event(&e, 64, copy, len, error))
                    assert_non_null(strstr(error, "expected"));
            }
        }
    }
}

/* ---- Header and end ------------------------------------------------------------------------ */

static void headers(void **state)
{
    static const struct {
        const char *line, *error;
    } cases[] = {
        {"# mmutrace 1 xlen=64 window=a svade=0 svnapot=0 svpbmt=0", NULL},
        {"# mmutrace 1 window=a svade=0 svnapot=0 svpbmt=0", NULL},
        {"# mmutrace 1 svpbmt=1 svnapot=1 svade=1 window=w", NULL},
        {"# mmutrace 2 window=a svade=0 svnapot=0 svpbmt=0", "no header"},
        {"# mmutrace 10 window=a svade=0 svnapot=0 svpbmt=0", "no header"},
        {"mmutrace 1 window=a svade=0 svnapot=0 svpbmt=0", "no header"},
        {"", "no header"},
        {"# mmutrace 1", "lacks window="},
        {"# mmutrace 1 ", "key=value"},
        {"# mmutrace 1 window=a svnapot=0 svpbmt=0", "lacks svade="},
        {"# mmutrace 1 window=a svade=0 svpbmt=0", "lacks svnapot="},
        {"# mmutrace 1 window=a svade=0 svnapot=0", "lacks svpbmt="},
        {"# mmutrace 1 xlen=128 window=a svade=0 svnapot=0 svpbmt=0", "xlen=128"},
        {"# mmutrace 1 xlen= window=a svade=0 svnapot=0 svpbmt=0", "xlen="},
        {"# mmutrace 1 window= svade=0 svnapot=0 svpbmt=0", "window="},
        {"# mmutrace 1 window=a svade=2 svnapot=0 svpbmt=0", "svade=2"},
        {"# mmutrace 1 window=a svade=0 svnapot= svpbmt=0", "svnapot="},
        {"# mmutrace 1 window=a svade=0 svnapot=0 svpbmt=01", "svpbmt=01"},
        {"# mmutrace 1 window=a window=b svade=0 svnapot=0 svpbmt=0", "twice"},
        {"# mmutrace 1 window=a svade=0 svnapot=0 svpbmt=0 asid=9", "'asid=9'"},
        {"# mmutrace 1 window=a svade=0 svnapot=0 svpbmt=0\r", "svpbmt"},
        {"# mmutrace 1 window=a  svade=0 svnapot=0 svpbmt=0", "key=value"},
        {"# mmutrace 1 window=a svade=0 svnapot=0 svpbmt=0 ", "key=value"},
    };
    char error[SCAN_ERROR];
    struct mmutrace_header h;

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool good = mmutrace_parse_header(&h, cases[i].line, strlen(cases[i].line), error);

        assert_int_equal(good, cases[i].error == NULL);
        if (!good && strstr(error, cases[i].error) == NULL)
            fail_msg("'%s': says '%s', expected '%s'", cases[i].line, error, cases[i].error);
    }
    assert_true(mmutrace_parse_header(&h, cases[0].line, strlen(cases[0].line), error));
    assert_int_equal(h.xlen, 64);
    assert_string_equal(h.window, "a");
    assert_true(!h.svade && !h.svnapot && !h.svpbmt);
    assert_true(mmutrace_parse_header(&h, cases[2].line, strlen(cases[2].line), error));
    assert_int_equal(h.xlen, 64);
    assert_true(h.svade && h.svnapot && h.svpbmt);
}

static void last_lines(void **state)
{
    static const struct {
        const char *line;
        bool good;
    } cases[] = {
        {"# end records=7", true},
        {"# end records=7 tail-skipped=0 a=b", true},
        {"# end records=7 a=", true},
        {"# end records=", false},
        {"# end records=7 a", false},
        {"# end records=7 =b", false},
        {"# end records=7 ", false},
        {"# end records=x", false},
        {"# end records=-7", false},
        {"# end records=18446744073709551616", false},
        {"# end", false},
        {"# end  records=7", false},
        {"# end record=7", false},
        {"# end records=7\r", false},
    };
    char error[SCAN_ERROR];

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t records = 0;

        assert_int_equal(mmutrace_parse_end(&records, cases[i].line, strlen(cases[i].line), error),
                         cases[i].good);
        if (cases[i].good)
            assert_int_equal(records, 7);
    }
}

/* ---- Files --------------------------------------------------------------------------------- */

/* Read the trace to its end: number of events, or -1 with what was said on standard error. */
static int read_trace(const char *text, const char **said)
{
    struct mmutrace *t;
    struct mmutrace_event e;
    enum mmutrace_status status = MMUTRACE_BAD;
    int events = 0;

    capture_begin();
    t = mmutrace_open(scratch_text("trace", text));
    while (t != NULL && (status = mmutrace_next(t, &e)) == MMUTRACE_EVENT)
        events++;
    mmutrace_close(t);
    *said = capture_end();
    return status == MMUTRACE_END ? events : -1;
}

static void expect_bad(const char *text, const char *place, const char *words)
{
    const char *said;

    assert_int_equal(read_trace(text, &said), -1);
    if (strstr(said, place) == NULL || strstr(said, words) == NULL)
        fail_msg("says '%s', expected '%s' and '%s'", said, place, words);
}

static void a_whole_trace(void **state)
{
    const char *said;

    (void)state;
    assert_int_equal(read_trace(HEADER "# end records=0\n", &said), 0);
    assert_string_equal(said, "");
    assert_int_equal(read_trace(HEADER "T 0\n# a comment\n#\n# ending\nF 0 0 0 0 0 0\n"
                                       "P F 0 0 12 0 0\n? F 0 0 0 0\nV - -\n# end records=3",
                                &said),
                     5);
    assert_string_equal(said, "");
}

static void a_trace_must_be_whole(void **state)
{
    (void)state;
    expect_bad("", "trace:1: ", "empty");
    expect_bad("T 0\n", "trace:1: ", "no header");
    expect_bad(HEADER, "trace:2: ", "the file ends");
    expect_bad(HEADER "T 0\nF 0 0 0 0 0 0\n", "trace:4: ", "the file ends");
    expect_bad(HEADER "F 0 0 0 0 0 0\n# end records=2\n",
               "trace:3: ", "records=2, but there are 1");
    expect_bad(HEADER "F 0 0 0 0 0 0\n# end records=0\n",
               "trace:3: ", "records=0, but there are 1");
    expect_bad(HEADER "# end\n", "trace:2: ", "malformed last line");
    expect_bad(HEADER "# end records=0\nT 0\n", "trace:3: ", "a line after");
    expect_bad(HEADER "# end records=0\n# comment\n", "trace:3: ", "a line after");
    expect_bad(HEADER "# end records=0\n\n", "trace:3: ", "a line after");
    expect_bad(HEADER "T 0\n\nT 0\n# end records=0\n", "trace:3: ", "empty line");
    expect_bad(HEADER "T 0\r\n# end records=0\n", "trace:2: ", "satp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_arrives),
        cmocka_unit_test(every_record_arrives),
        cmocka_unit_test(widths_follow_xlen),
        cmocka_unit_test(satp_has_a_mode_that_exists),
        cmocka_unit_test(every_field_must_be_there_and_no_other),
        cmocka_unit_test(what_is_no_event_is_told),
        cmocka_unit_test(no_byte_is_a_surprise),
        cmocka_unit_test(headers),
        cmocka_unit_test(last_lines),
        cmocka_unit_test(a_whole_trace),
        cmocka_unit_test(a_trace_must_be_whole),
    };

    return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
