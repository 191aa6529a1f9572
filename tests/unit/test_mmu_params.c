/* test_mmu_params.c: which parameters are legal, what is said of the others, and the presets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mmu_rig.h"

#define AT(name) offsetof(struct atlas_params, name)

static void set(struct atlas_params *p, size_t member, unsigned value)
{
    memcpy((char *)p + member, &value, sizeof value);
}

static void each_illegal_value_is_named_with_its_range(void **state)
{
    static const struct {
        const char *preset;
        size_t member;
        unsigned value;
        const char *message;
    } rows[] = {
        {"full", AT(xlen), 48, "XLEN: 48 is neither 32 nor 64"},
        {"full", AT(xlen), 0, "XLEN: 0 is neither 32 nor 64"},
        {"full", AT(levels), 1, "LEVELS: 1 is not from 2 to 5"},
        {"full", AT(levels), 6, "LEVELS: 6 is not from 2 to 5"},
        {"full", AT(levels), 2, "LEVELS: 2 is not from 3 to 5 with XLEN 64"},
        {"rv32", AT(levels), 3, "LEVELS: 3 is not 2 with XLEN 32"},
        {"full", AT(pa_bits), 13, "PA_BITS: 13 is not from 14 to 56"},
        {"full", AT(pa_bits), 57, "PA_BITS: 57 is not from 14 to 56"},
        {"rv32", AT(pa_bits), 35, "PA_BITS: 35 is not from 14 to 34 with XLEN 32"},
        {"full", AT(asid_bits), 17, "ASID_BITS: 17 is not from 0 to 16"},
        {"tiny", AT(asid_bits), 10, "ASID_BITS: 10 is not from 0 to 9 with XLEN 32"},
        {"full", AT(ports), 0, "PORTS: 0 is not from 1 to 4"},
        {"full", AT(ports), 5, "PORTS: 5 is not from 1 to 4"},
        {"full", AT(id_bits), 0, "ID_BITS: 0 is not from 1 to 16"},
        {"full", AT(id_bits), 17, "ID_BITS: 17 is not from 1 to 16"},
        {"full", AT(l1_sets), 0, "L1_SETS: 0 is not from 1 to 1024"},
        {"full", AT(l1_sets), 3, "L1_SETS: 3 is no power of two from 1 to 1024"},
        {"full", AT(l1_sets), 2048, "L1_SETS: 2048 is not from 1 to 1024"},
        {"full", AT(l1_big), 3, "L1_BIG: 3 is neither 0 nor a power of two from 1 to 256"},
        {"full", AT(l1_big), 512, "L1_BIG: 512 is not from 0 to 256"},
        {"full", AT(pa_bits), 21, "L1_BIG: 256 is not 0, and no superpage fits PA_BITS 21"},
        {"full", AT(l1_side), 0, "L1_SIDE: 0 is not from 1 to 16"},
        {"full", AT(l1_side), 12, "L1_SIDE: 12 is no power of two from 1 to 16"},
        {"full", AT(l1_side), 32, "L1_SIDE: 32 is not from 1 to 16"},
        {"full", AT(l2_sets), 6, "L2_SETS: 6 is neither 0 nor a power of two from 1 to 1024"},
        {"full", AT(l2_sets), 2048, "L2_SETS: 2048 is not from 0 to 1024"},
        {"full", AT(l2_ways), 0, "L2_WAYS: 0 is not from 1 to 4"},
        {"full", AT(l2_ways), 3, "L2_WAYS: 3 is no power of two from 1 to 4"},
        {"full", AT(l2_ways), 5, "L2_WAYS: 5 is not from 1 to 4"},
        {"full", AT(l2_big), 3, "L2_BIG: 3 is neither 0 nor a power of two from 1 to 256"},
        {"full", AT(l2_big), 512, "L2_BIG: 512 is not from 0 to 256"},
        {"tiny", AT(l2_big), 1, "L2_BIG: 1 is not 0, and there is no L2 (L2_SETS 0)"},
        {"full", AT(l2_sets), 0, "L2_BIG: 256 is not 0, and there is no L2 (L2_SETS 0)"},
        {"full", AT(walk_cache), 2, "WALK_CACHE: 2 is not from 0 to 1"},
        {"full", AT(fence_ptrs), 2, "FENCE_PTRS: 2 is not from 0 to 1"},
        {"full", AT(parity), 2, "PARITY: 2 is not from 0 to 1"},
        {"full", AT(walks), 0, "WALKS: 0 is not from 1 to 4"},
        {"full", AT(walks), 5, "WALKS: 5 is not from 1 to 4"},
        {"full", AT(walks), 3, "WALKS: 3 is more than the 2 PORTS"},
        {"full", AT(sw_refill), 2, "SW_REFILL: 2 is not from 0 to 1"},
        {"full", AT(sw_refill), 1, "WALKS: 2 is not 1 with SW_REFILL"},
        {"full", AT(hit_latency), 0, "HIT_LATENCY: 0 is not from 1 to 2"},
        {"full", AT(hit_latency), 3, "HIT_LATENCY: 3 is not from 1 to 2"},
        {"full", AT(ctr_bits), 65, "CTR_BITS: 65 is not from 0 to 64"},
        {"full", AT(ctr_bits), UINT32_MAX, "CTR_BITS: 4294967295 is not from 0 to 64"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct atlas_mem_ops ops = {0};
        struct atlas_params p;
        char buf[128];

        assert_true(atlas_preset(rows[i].preset, &p));
        set(&p, rows[i].member, rows[i].value);
        assert_ptr_equal(atlas_params_check(&p, buf, sizeof buf), buf);
        assert_string_equal(buf, rows[i].message);
        assert_null(atlas_open(&p, &ops, NULL));
    }
}

static void each_limit_itself_is_legal(void **state)
{
    static const struct {
        const char *preset;
        size_t member;
        unsigned value;
    } rows[] = {
        {"full", AT(levels), 3},      {"full", AT(levels), 4},      {"full", AT(levels), 5},
        {"full", AT(pa_bits), 22},    {"full", AT(pa_bits), 56},    {"rv32", AT(pa_bits), 14},
        {"full", AT(l1_big), 0},      {"full", AT(l1_big), 1},      {"full", AT(l1_big), 256},
        {"rv32", AT(pa_bits), 34},    {"full", AT(asid_bits), 0},   {"full", AT(asid_bits), 16},
        {"tiny", AT(asid_bits), 9},   {"rv64", AT(ports), 1},       {"full", AT(ports), 4},
        {"full", AT(id_bits), 1},     {"full", AT(id_bits), 16},    {"full", AT(l1_sets), 1},
        {"full", AT(l1_sets), 1024},  {"full", AT(l1_side), 1},     {"full", AT(l1_side), 16},
        {"rv32", AT(l2_sets), 0},     {"full", AT(l2_sets), 1},     {"full", AT(l2_sets), 1024},
        {"full", AT(l2_ways), 1},     {"full", AT(l2_ways), 4},     {"full", AT(walk_cache), 0},
        {"full", AT(fence_ptrs), 0},  {"full", AT(ctr_bits), 0},    {"full", AT(ctr_bits), 64},
        {"full", AT(parity), 0},      {"tiny", AT(parity), 1},      {"full", AT(walks), 1},
        {"rv64", AT(walks), 2},       {"full", AT(sw_refill), 0},   {"tiny", AT(sw_refill), 1},
        {"full", AT(hit_latency), 1}, {"full", AT(hit_latency), 2}, {"tiny", AT(hit_latency), 2},
        {"full", AT(l2_big), 0},      {"full", AT(l2_big), 1},      {"rv32", AT(l2_big), 256},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct atlas_mem_ops ops = {0};
        struct atlas_params p;
        struct atlas *a;
        char buf[128];

        assert_true(atlas_preset(rows[i].preset, &p));
        set(&p, rows[i].member, rows[i].value);
        assert_null(atlas_params_check(&p, buf, sizeof buf));
        a = atlas_open(&p, &ops, NULL);
        assert_non_null(a);
        assert_memory_equal(atlas_get_params(a), &p, sizeof p);
        atlas_close(a);
    }
}

/* Superpages in RAM are legal from the first physical width that has room for one. */
static void superpages_in_ram_need_room_for_one(void **state)
{
    static const struct {
        const char *preset, *message;
        unsigned pa_bits, l1_big, l2_big;
    } rows[] = {
        {"full", "L1_BIG: 1 is not 0, and no superpage fits PA_BITS 21", 21, 1, 0},
        {"full", NULL, 22, 1, 0},
        {"full", NULL, 14, 0, 0},
        {"full", "L1_BIG: 256 is not 0, and no superpage fits PA_BITS 14", 14, 256, 256},
        {"tiny", "L1_BIG: 2 is not 0, and no superpage fits PA_BITS 22", 22, 2, 0},
        {"tiny", NULL, 23, 2, 0},
        {"tiny", NULL, 34, 256, 0},
        {"tiny", NULL, 14, 0, 0},
        {"full", "L2_BIG: 1 is not 0, and no superpage fits PA_BITS 21", 21, 0, 1},
        {"full", NULL, 22, 0, 1},
        {"rv32", "L2_BIG: 2 is not 0, and no superpage fits PA_BITS 22", 22, 0, 2},
        {"rv32", NULL, 23, 0, 2},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct atlas_params p;
        const char *error;
        char buf[128];

        assert_true(atlas_preset(rows[i].preset, &p));
        p.pa_bits = rows[i].pa_bits;
        p.l1_big = rows[i].l1_big;
        p.l2_big = rows[i].l2_big;
        error = atlas_params_check(&p, buf, sizeof buf);
        if (rows[i].message == NULL)
            assert_null(error);
        else
            assert_string_equal(error, rows[i].message);
    }
}

static void sw_refill_needs_hits_of_one_cycle(void **state)
{
    struct atlas_params p;
    char buf[128];

    (void)state;
    assert_true(atlas_preset("tiny", &p));
    p.sw_refill = 1;
    p.hit_latency = 2;
    assert_ptr_equal(atlas_params_check(&p, buf, sizeof buf), buf);
    assert_string_equal(buf, "HIT_LATENCY: 2 is not 1 with SW_REFILL");
    p.hit_latency = 1;
    assert_null(atlas_params_check(&p, buf, sizeof buf));
}

static void a_message_is_cut_to_its_buffer(void **state)
{
    struct atlas_params p = rig_params(RIG_SV39);
    char buf[9] = "........";

    (void)state;
    p.ports = 9;
    assert_ptr_equal(atlas_params_check(&p, buf, 8), buf);
    assert_string_equal(buf, "PORTS: ");
}

static void the_presets_are_legal_and_have_their_names(void **state)
{
    static const struct {
        const char *name;
        unsigned xlen, levels, pa_bits, asid_bits, l1_big, l1_side, l2_sets, l2_big;
    } rows[] = {{"tiny", 32, 2, 34, 9, 0, 1, 0, 0},
                {"rv32", 32, 2, 34, 9, 0, 1, 256, 0},
                {"rv64", 64, 4, 32, 9, 256, 1, 0, 0},
                {"full", 64, 5, 56, 16, 256, 4, 256, 256}};
    struct atlas_params p;
    char buf[128];

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(atlas_preset(rows[i].name, &p));
        assert_null(atlas_params_check(&p, buf, sizeof buf));
        assert_int_equal(p.xlen, rows[i].xlen);
        assert_int_equal(p.levels, rows[i].levels);
        assert_int_equal(p.pa_bits, rows[i].pa_bits);
        assert_int_equal(p.asid_bits, rows[i].asid_bits);
        assert_int_equal(p.l1_big, rows[i].l1_big);
        assert_int_equal(p.l1_side, rows[i].l1_side);
        assert_int_equal(p.l2_sets, rows[i].l2_sets);
        assert_int_equal(p.l2_big, rows[i].l2_big);
        assert_int_equal(p.ctr_bits, 32);
    }
    p.ports = 77;
    assert_false(atlas_preset("huge", &p));
    assert_false(atlas_preset("", &p));
    assert_int_equal(p.ports, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_illegal_value_is_named_with_its_range),
        cmocka_unit_test(each_limit_itself_is_legal),
        cmocka_unit_test(superpages_in_ram_need_room_for_one),
        cmocka_unit_test(sw_refill_needs_hits_of_one_cycle),
        cmocka_unit_test(a_message_is_cut_to_its_buffer),
        cmocka_unit_test(the_presets_are_legal_and_have_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
