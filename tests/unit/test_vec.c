/* test_vec.c: the parser of golden vectors: every field, and everything wrong with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/atlas_arch.h"
#include "vec.h"

#include <stdio.h>
#include <string.h>

/* A case of each width, one field a row: the name in error texts, the value, and the largest
 * value that may stand there (0: not a plain number). */
struct field {
    const char *name, *value;
    uint64_t max;
};

static const struct field wide[] = {
    {"mode", "9", 0},
    {"rootppn", "81fff", ATLAS_ONES(44)},
    {"asid", "abc", 0xffff},
    {"priv", "1", 0},
    {"sum", "1", 1},
    {"mxr", "0", 1},
    {"adue", "1", 1},
    {"pbmte", "0", 1},
    {"svnapot", "1", 1},
    {"acc", "2", 2},
    {"va", "ffffff8012345678", UINT64_MAX},
    {"nread", "2", 0},
    {"addr", "81fffff8", ATLAS_ONES(56)},
    {"val", "20001001", UINT64_MAX},
    {"err", "0", 1},
    {"addr", "80004000", ATLAS_ONES(56)},
    {"val", "80000000200000cf", UINT64_MAX},
    {"err", "1", 1},
    {"cause", "f", 0},
    {"pa", "12345678", ATLAS_ONES(56)},
    {"level", "3", 4},
    {"napot", "1", 1},
    {"pbmt", "2", 3},
    {"g", "1", 1},
    {"wflag", "2", 2},
    {"waddr", "80004000", ATLAS_ONES(56)},
    {"wval", "ff", UINT64_MAX},
    {"scenario", "deadbeef_case", 0},
};

static const struct field narrow[] = {
    {"mode", "1", 0},
    {"rootppn", "3fffff", ATLAS_ONES(22)},
    {"asid", "1ff", 0x1ff},
    {"priv", "0", 0},
    {"sum", "0", 1},
    {"mxr", "0", 1},
    {"adue", "0", 1},
    {"pbmte", "0", 1},
    {"svnapot", "0", 1},
    {"acc", "0", 2},
    {"va", "ffffffff", UINT32_MAX},
    {"nread", "0", 0},
    {"cause", "c", 0},
    {"pa", "3ffffffff", ATLAS_ONES(34)},
    {"level", "1", 4},
    {"napot", "0", 1},
    {"pbmt", "0", 3},
    {"g", "0", 1},
    {"wflag", "0", 2},
    {"waddr", "0", ATLAS_ONES(34)},
    {"wval", "ffffffff", UINT32_MAX},
    {"scenario", "x", 0},
};

enum { WIDE = sizeof wide / sizeof wide[0], NARROW = sizeof narrow / sizeof narrow[0] };

/* The fields of a case joined, field number `changed` replaced (count or more: none); fields from
 * `end` on left out. */
static const char *join(const struct field *f, unsigned count, unsigned changed, const char *value,
                        unsigned end)
{
    static char line[1000];
    size_t used = 0;

    line[0] = '\0';
    for (unsigned i = 0; i < count && i < end; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", i == 0 ? "" : " ",
                                 i == changed ? value : f[i].value);
    return line;
}

static void expect_case(struct vec *v, const char *line)
{
    char error[SCAN_ERROR];

    if (!vec_parse(v, line, strlen(line), error))
        fail_msg("%s: %s", line, error);
    assert_string_equal(error, "");
}

static void expect_error(const char *line, const char *words)
{
    char error[SCAN_ERROR];
    struct vec v;

    assert_false(vec_parse(&v, line, strlen(line), error));
    if (strstr(error, words) == NULL)
        fail_msg("'%s': says '%s', expected '%s'", line, error, words);
    assert_non_null(strstr(error, "expected"));
}

static void every_field_arrives(void **state)
{
    struct vec v;

    (void)state;
    expect_case(&v, join(wide, WIDE, WIDE, NULL, WIDE));
    assert_int_equal(v.mode, ATLAS_MODE_SV48);
    assert_int_equal(v.root_ppn, 0x81fff);
    assert_int_equal(v.asid, 0xabc);
    assert_int_equal(v.priv, ATLAS_PRIV_S);
    assert_true(v.sum && !v.mxr && v.adue && !v.pbmte && v.svnapot);
    assert_int_equal(v.acc, ATLAS_ACC_STORE);
    assert_int_equal(v.va, UINT64_C(0xffffff8012345678));
    assert_int_equal(v.nread, 2);
    assert_int_equal(v.read[0].addr, 0x81fffff8);
    assert_int_equal(v.read[0].val, 0x20001001);
    assert_false(v.read[0].err);
    assert_int_equal(v.read[1].addr, 0x80004000);
    assert_int_equal(v.read[1].val, UINT64_C(0x80000000200000cf));
    assert_true(v.read[1].err);
    assert_int_equal(v.cause, ATLAS_CAUSE_STORE_PAGE);
    assert_int_equal(v.pa, 0x12345678);
    assert_int_equal(v.level, 3);
    assert_true(v.napot && v.g);
    assert_int_equal(v.pbmt, 2);
    assert_int_equal(v.wflag, VEC_WRITE_ERROR);
    assert_int_equal(v.waddr, 0x80004000);
    assert_int_equal(v.wval, 0xff);
    assert_string_equal(v.scenario, "deadbeef_case");
    assert_int_equal(vec_satp(&v), UINT64_C(9) << 60 | UINT64_C(0xabc) << 44 | 0x81fff);
    assert_false(vec_is_32(&v));
    expect_case(&v, join(narrow, NARROW, NARROW, NULL, NARROW));
    assert_true(vec_is_32(&v));
    assert_int_equal(vec_satp(&v), UINT64_C(1) << 31 | 0x1ff << 22 | 0x3fffff);
}

static void every_field_may_be_as_large_as_it_says(void **state)
{
    const struct field *cases[] = {wide, narrow};
    const unsigned counts[] = {WIDE, NARROW};
    char value[32];
    struct vec v;

    (void)state;
    for (unsigned c = 0; c < 2; c++) {
        for (unsigned i = 0; i < counts[c]; i++) {
            if (cases[c][i].max == 0)
                continue;
            snprintf(value, sizeof value, "%llx", (unsigned long long)cases[c][i].max);
            expect_case(&v, join(cases[c], counts[c], i, value, counts[c]));
            snprintf(value, sizeof value, "000000000000000000%llX",
                     (unsigned long long)cases[c][i].max);
            expect_case(&v, join(cases[c], counts[c], i, value, counts[c]));
        }
    }
}

static void no_field_may_be_larger(void **state)
{
    const struct field *cases[] = {wide, narrow};
    const unsigned counts[] = {WIDE, NARROW};
    char value[32];

    (void)state;
    for (unsigned c = 0; c < 2; c++) {
        for (unsigned i = 0; i < counts[c]; i++) {
            if (cases[c][i].max == 0)
                continue;
            if (cases[c][i].max != UINT64_MAX) {
                snprintf(value, sizeof value, "%llx", (unsigned long long)cases[c][i].max + 1);
                expect_error(join(cases[c], counts[c], i, value, counts[c]), cases[c][i].name);
            }
            expect_error(join(cases[c], counts[c], i, "10000000000000000", counts[c]),
                         cases[c][i].name);
            expect_error(join(cases[c], counts[c], i, "fffffffffffffffffffffffffff0", counts[c]),
                         cases[c][i].name);
        }
    }
}

static void a_line_that_ends_early_names_the_missing_field(void **state)
{
    char words[64];

    (void)state;
    for (unsigned end = 1; end < WIDE; end++) {
        snprintf(words, sizeof words, "field %s is missing", wide[end].name);
        expect_error(join(wide, WIDE, WIDE, NULL, end), words);
    }
    expect_error("", "field mode is ''");
}

static void what_is_no_number_is_named(void **state)
{
    static const char *const bad[] = {"",   "x",    "0x1", "-1", "+1", "1g", "1.0", "\t1",
                                      "1,", "\x80", "1\r", "g",  "/",  ":",  "@",   "`"};

    (void)state;
    for (unsigned i = 0; i + 1 < WIDE; i++)
        for (unsigned b = 0; b < sizeof bad / sizeof bad[0]; b++)
            expect_error(join(wide, WIDE, i, bad[b], WIDE), wide[i].name);
}

static void codes_must_exist(void **state)
{
    static const unsigned modes[] = {0, 1, 8, 9, 10}, causes[] = {0, 1, 5, 7, 12, 13, 15};
    char value[8];
    struct vec v;

    (void)state;
    for (unsigned mode = 0, good = 0; mode < 20; mode++) {
        snprintf(value, sizeof value, "%x", mode);
        if (good < 5 && mode == modes[good]) {
            good++;
            if (mode != 1) /* the other fields are too wide for Sv32 */
                expect_case(&v, join(wide, WIDE, 0, value, WIDE));
        } else {
            expect_error(join(wide, WIDE, 0, value, WIDE), "mode");
        }
    }
    expect_error(join(wide, WIDE, 3, "2", WIDE), "priv");
    expect_error(join(wide, WIDE, 3, "4", WIDE), "priv");
    expect_case(&v, join(wide, WIDE, 3, "3", WIDE));
    for (unsigned cause = 0, good = 0; cause < 20; cause++) {
        snprintf(value, sizeof value, "%x", cause);
        if (good < 7 && cause == causes[good]) {
            good++;
            expect_case(&v, join(wide, WIDE, 18, value, WIDE));
        } else {
            expect_error(join(wide, WIDE, 18, value, WIDE), "cause");
        }
    }
}

static void nread_and_the_reads_must_agree(void **state)
{
    (void)state;
    expect_error(join(wide, WIDE, 11, "3", WIDE), "err"); /* the cause, where err should be */
    expect_error(join(wide, WIDE, 11, "11", WIDE), "nread");
    expect_error(join(wide, WIDE, 11, "ffffffffffffffff", WIDE), "nread");
}

static void nothing_may_follow_the_scenario(void **state)
{
    char line[600];

    (void)state;
    expect_error(join(wide, WIDE, WIDE - 1, "", WIDE), "scenario");
    expect_error(join(wide, WIDE, WIDE - 1, "a ", WIDE), "after the last field");
    expect_error(join(wide, WIDE, WIDE - 1, "a b", WIDE), "'b' after the last field");
    expect_error(join(wide, WIDE, WIDE - 1, "a\r", WIDE), "scenario");
    expect_error(join(wide, WIDE, WIDE - 1, "a\tb", WIDE), "scenario");
    snprintf(line, sizeof line, " %s", join(wide, WIDE, WIDE, NULL, WIDE));
    expect_error(line, "mode");
}

static void a_scenario_has_a_longest_name(void **state)
{
    char name[VEC_SCENARIO + 2];
    struct vec v;

    (void)state;
    memset(name, 'a', sizeof name);
    name[VEC_SCENARIO] = '\0';
    expect_case(&v, join(wide, WIDE, WIDE - 1, name, WIDE));
    assert_string_equal(v.scenario, name);
    name[VEC_SCENARIO] = 'a';
    name[VEC_SCENARIO + 1] = '\0';
    expect_error(join(wide, WIDE, WIDE - 1, name, WIDE), "scenario has 65 bytes");
}

static void a_zero_byte_ends_no_line(void **state)
{
    char error[SCAN_ERROR];
    struct vec v;

    (void)state;
    assert_false(vec_parse(&v, "9 81fff\0abc", 11, error));
    assert_non_null(strstr(error, "rootppn"));
}

/* Every line with one byte changed is a case or an error, and never reads beyond the line. */
static void no_byte_is_a_surprise(void **state)
{
    char line[1000], copy[1000], error[SCAN_ERROR];
    struct vec v;
    size_t len;

    (void)state;
    len = (size_t)snprintf(line, sizeof line, "%s", join(wide, WIDE, WIDE, NULL, WIDE));
    for (size_t i = 0; i < len; i++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            memcpy(copy, line, len + 1);
            copy[i] = (char)byte;
            if (!vec_parse(&v, copy, len, error))
                assert_non_null(strstr(error, "expected"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_arrives),
        cmocka_unit_test(every_field_may_be_as_large_as_it_says),
        cmocka_unit_test(no_field_may_be_larger),
        cmocka_unit_test(a_line_that_ends_early_names_the_missing_field),
        cmocka_unit_test(what_is_no_number_is_named),
        cmocka_unit_test(codes_must_exist),
        cmocka_unit_test(nread_and_the_reads_must_agree),
        cmocka_unit_test(nothing_may_follow_the_scenario),
        cmocka_unit_test(a_scenario_has_a_longest_name),
        cmocka_unit_test(a_zero_byte_ends_no_line),
        cmocka_unit_test(no_byte_is_a_surprise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
