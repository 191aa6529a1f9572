/* test_preset.c: presets and parameters from the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "atlas.h"
#include "preset.h"

#include <string.h>

static struct atlas_params parse(const char *text)
{
    char error[SCAN_ERROR];
    struct atlas_params p;

    if (!preset_parse(&p, text, error))
        fail_msg("%s: %s", text, error);
    return p;
}

static void expect_error(const char *text, const char *words)
{
    char error[SCAN_ERROR];
    struct atlas_params p;

    assert_false(preset_parse(&p, text, error));
    if (strstr(error, words) == NULL)
        fail_msg("'%s': says '%s', expected '%s'", text, error, words);
}

static void a_name_alone_is_the_preset(void **state)
{
    static const char *const names[] = {"tiny", "rv32", "rv64", "full"};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct atlas_params parsed = parse(names[i]), preset;

        assert_true(atlas_preset(names[i], &preset));
        assert_memory_equal(&parsed, &preset, sizeof preset);
    }
}

/* Each parameter can be set, and sets nothing else. */
static void a_setting_changes_one_parameter(void **state)
{
    static const struct {
        const char *text;
        size_t offset;
        unsigned value;
    } cases[] = {
        {"full:LEVELS=3", offsetof(struct atlas_params, levels), 3},
        {"full:PA_BITS=40", offsetof(struct atlas_params, pa_bits), 40},
        {"full:ASID_BITS=0", offsetof(struct atlas_params, asid_bits), 0},
        {"full:PORTS=3", offsetof(struct atlas_params, ports), 3},
        {"full:ID_BITS=16", offsetof(struct atlas_params, id_bits), 16},
        {"full:L1_SETS=1", offsetof(struct atlas_params, l1_sets), 1},
        {"full:L1_SIDE=16", offsetof(struct atlas_params, l1_side), 16},
        {"full:L2_SETS=1", offsetof(struct atlas_params, l2_sets), 1},
        {"full:L2_WAYS=4", offsetof(struct atlas_params, l2_ways), 4},
        {"full:L2_BIG=1", offsetof(struct atlas_params, l2_big), 1},
        {"full:WALK_CACHE=0", offsetof(struct atlas_params, walk_cache), 0},
        {"full:FENCE_PTRS=0", offsetof(struct atlas_params, fence_ptrs), 0},
        {"full:WALKS=1", offsetof(struct atlas_params, walks), 1},
        {"full:CTR_BITS=00064", offsetof(struct atlas_params, ctr_bits), 64},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct atlas_params p = parse(cases[i].text), expected = parse("full");

        memcpy((char *)&expected + cases[i].offset, &cases[i].value, sizeof cases[i].value);
        assert_memory_equal(&p, &expected, sizeof p);
    }
}

static void several_settings_are_judged_together(void **state)
{
    struct atlas_params p = parse("rv64:XLEN=32,LEVELS=2,PA_BITS=34,ASID_BITS=9");

    (void)state;
    assert_int_equal(p.xlen, 32);
    assert_int_equal(p.levels, 2);
    expect_error("rv64:XLEN=32", "LEVELS");
    expect_error("rv32:PA_BITS=35", "PA_BITS");
    expect_error("full:L1_SETS=3", "L1_SETS");
    assert_int_equal(parse("full:L1_SETS=4,L1_SETS=8").l1_sets, 8); /* the last one counts */
}

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    expect_error("", "no preset ''");
    expect_error("Full", "no preset 'Full', expected tiny, rv32, rv64 or full");
    expect_error("ful", "no preset");
    expect_error("fully", "no preset");
    expect_error("averyveryverylongnameofapresetthatnobodyhas", "no preset 'averyvery");
    expect_error("full:", "PARAM=VALUE");
    expect_error("full:L1_SETS", "PARAM=VALUE");
    expect_error("full:=4", "no parameter ''");
    expect_error("full:SETS=4", "no parameter 'SETS'");
    expect_error("full:l1_sets=4", "no parameter 'l1_sets'");
    expect_error("full:L1_SETS=", "PARAM=VALUE");
    expect_error("full:L1_SETS=x", "PARAM=VALUE");
    expect_error("full:L1_SETS=0x10", "PARAM=VALUE");
    expect_error("full:L1_SETS=-1", "PARAM=VALUE");
    expect_error("full:L1_SETS= 4", "PARAM=VALUE");
    expect_error("full:L1_SETS=4294967297", "PARAM=VALUE");
    expect_error("full:L1_SETS=4,", "PARAM=VALUE");
    expect_error("full:,L1_SETS=4", "PARAM=VALUE");
    expect_error("full,L1_SETS=4", "no preset");
}

static void modes_follow_xlen_and_levels(void **state)
{
    static const struct {
        const char *preset;
        unsigned modes; /* bit mask */
    } cases[] = {{"tiny", 0x003}, {"rv32", 0x003},          {"rv64", 0x301},
                 {"full", 0x701}, {"full:LEVELS=3", 0x101}, {"full:LEVELS=4", 0x301}};

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct atlas_params p = parse(cases[i].preset);

        for (unsigned mode = 0; mode < 16; mode++)
            assert_int_equal(preset_has_mode(&p, mode), cases[i].modes >> mode & 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_alone_is_the_preset),
        cmocka_unit_test(a_setting_changes_one_parameter),
        cmocka_unit_test(several_settings_are_judged_together),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(modes_follow_xlen_and_levels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
