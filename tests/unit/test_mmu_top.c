/* test_mmu_top.c: the MMU as a whole: what is not translated, configuration, counters, several
 * instances, the door, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mmu/step.h"
#include "mmu_rig.h"

enum { FETCH = ATLAS_ACC_FETCH, LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };
enum { AMO = ATLAS_ACC_AMO, PORT_CTRS = ATLAS_CTR_PORT_COUNT };

static const unsigned page_cause[] = {12, 13, 15, 15};
static const unsigned access_cause[] = {1, 5, 7, 7};

static void after_reset_nothing_is_remembered_and_nothing_translated(void **state)
{
    struct atlas_params p = rig_params(RIG_SV57);
    const struct atlas_mem_ops ops = {0};
    struct atlas *a = atlas_open(&p, &ops, NULL);
    const struct atlas_req req = {.va = 0xabcdef, .acc = LOAD, .priv = ATLAS_PRIV_U, .id = 3};
    struct atlas_entry e;
    struct atlas_rsp rsp;

    (void)state;
    for (unsigned array = 0; array < 4; array++) {
        for (unsigned i = 0; atlas_read_back(a, array, 1, i, &e); i++)
            assert_int_equal(e.valid | e.g | (int)e.asid | (int)e.vpn | (int)e.ppn | e.level |
                                 e.napot | e.pbmt | e.r | e.w | e.x | e.u | e.d,
                             0);
    }
    for (unsigned i = 0; i < 2 * PORT_CTRS + ATLAS_GCTR_GLOBAL_COUNT; i++)
        assert_int_equal(atlas_counter(a, i), 0);
    for (unsigned port = 0; port <= 2; port++)
        assert_int_equal(atlas_replacement(a, port), 0);
    atlas_access(a, 0, &req, &rsp);
    rig_assert_pa(&rsp, 0xabcdef);
    assert_int_equal(rsp.id, 3);
    atlas_close(a);
    atlas_close(NULL);
}

static void m_and_bare_go_past_the_tlb(void **state)
{
    (void)state;
    for (unsigned bare = 0; bare < 2; bare++) {
        for (unsigned acc = 0; acc < 4; acc++) {
            struct rig r;
            struct atlas_rsp rsp;

            rig_open(&r, RIG_SV39);
            rig_map(&r, 0x5000, 0, 0x99 << PPN_LSB | URWXAD);
            rig_load(&r, 0x5000);
            rig_forget(&r);
            r.req.priv = bare ? ATLAS_PRIV_U : ATLAS_PRIV_M;
            r.cfg.satp = bare ? 0x123 : r.cfg.satp;
            rig_configure(&r);
            rsp = rig_access(&r, 1, acc, 0x5678);
            rig_assert_pa(&rsp, 0x5678);
            assert_int_equal(rsp.level, 0);
            assert_int_equal(r.count, 0);
            assert_int_equal(rig_port_ctr(&r, 1, ATLAS_CTR_BYPASS), 1);
            assert_int_equal(rig_port_ctr(&r, 1, ATLAS_CTR_LOOKUP), 0);
            rig_close(&r);
        }
    }
}

static void an_untranslated_address_beyond_the_width_is_an_access_fault(void **state)
{
    (void)state;
    for (unsigned bare = 0; bare < 2; bare++) {
        for (unsigned acc = 0; acc < 4; acc++) {
            struct rig r;
            struct atlas_rsp rsp;

            rig_open(&r, RIG_SV39);
            r.req.priv = bare ? ATLAS_PRIV_S : ATLAS_PRIV_M;
            r.cfg.satp = bare ? 0 : r.cfg.satp;
            rig_configure(&r);
            rsp = rig_access(&r, 0, acc, UINT64_C(1) << 56);
            rig_assert_fault(&rsp, ATLAS_REASON_VA_WIDTH, access_cause[acc]);
            rsp = rig_access(&r, 0, acc, (UINT64_C(1) << 56) - 1);
            rig_assert_pa(&rsp, (UINT64_C(1) << 56) - 1);
            assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_FAULT), 1);
            assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_BYPASS), 1);
            assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_L1_MISS), 0);
            assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_MISS), 0);
            assert_int_equal(rig_ctr(&r, ATLAS_GCTR_WALK), 0);
            rig_close(&r);
        }
    }
}

/* B17 */
static void an_alias_beyond_the_sign_bit_never_hits(void **state)
{
    (void)state;
    for (unsigned m = RIG_SV39; m < RIG_MODES; m++) {
        struct rig r;
        struct atlas_rsp rsp;

        rig_open(&r, m);
        rig_map(&r, 0x5000, 0, 0x99 << PPN_LSB | RWXAD);
        for (unsigned bit = r.mode->va_bits - 1; bit < 64; bit++) {
            for (unsigned acc = 0; acc < 4; acc++) {
                rsp = rig_access(&r, 0, acc, 0x5000);
                rig_assert_pa(&rsp, 0x99000);
                rsp = rig_access(&r, 0, acc, UINT64_C(1) << bit | 0x5000);
                rig_assert_fault(&rsp, ATLAS_REASON_NONCANONICAL, page_cause[acc]);
            }
        }
        assert_int_equal(r.count, r.mode->levels);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_WALK), 1);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_MISS), 1);
        assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_FAULT), 4 * (64 - r.mode->va_bits + 1));
        assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_L1_MISS),
                         4 * (64 - r.mode->va_bits + 1) + 1);
        rig_close(&r);
    }
}

static void a_mode_that_is_not_implemented_is_refused_whole(void **state)
{
    static const unsigned implemented[] = {0x0003, 0x0101, 0x0301, 0x0701}; /* bit: mode */

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct atlas_params p = rig_params(i == 0 ? RIG_SV32 : RIG_SV39);
        struct rig r;

        p.levels = i == 0 ? 2 : i + 2;
        rig_open_with(&r, i == 0 ? RIG_SV32 : RIG_SV39, &p);
        rig_map(&r, 0x5000, 0, 0x99 << PPN_LSB | RWXAD);
        for (unsigned mode = 0; mode < (i == 0 ? 2 : 16); mode++) {
            const struct atlas_cfg cfg = {
                .satp = i == 0 ? (uint64_t)mode << 31 : (uint64_t)mode << 60, .tlb_off = true};
            const bool ok = (implemented[i] >> mode & 1) != 0;
            struct atlas_sampled s;
            struct atlas_rsp rsp;

            rig_configure(&r);
            assert_int_equal(atlas_satp_ok(r.mmu, cfg.satp), ok);
            assert_int_equal(atlas_configure(r.mmu, &cfg), ok);
            if (!ok) { /* as it was: translated, TLB on */
                atlas_step_sample(r.mmu, &r.req, &s);
                assert_int_equal(s.cfg.satp, r.cfg.satp);
                assert_int_equal(s.cfg.tlb_off, false);
                rsp = rig_load(&r, 0x5000);
                rig_assert_pa(&rsp, 0x99000);
                rig_forget(&r);
                rig_load(&r, 0x5000);
                assert_int_equal(r.count, 0);
            }
        }
        rig_close(&r);
    }
}

static void a_core_that_drives_an_illegal_mode_gets_page_faults(void **state)
{
    (void)state;
    for (unsigned acc = 0; acc < 4; acc++) {
        struct rig r;
        struct atlas_sampled s;
        struct atlas_walk w;
        struct atlas_rsp rsp;
        const struct atlas_req req = {
            .va = UINT64_C(1) << 63, .acc = (uint8_t)acc, .priv = ATLAS_PRIV_U, .id = 9};

        rig_open(&r, RIG_SV39);
        atlas_step_sample(r.mmu, &req, &s);
        s.cfg.satp = ATLAS_SET(SATP64_MODE, 11);
        assert_int_equal(atlas_step_look(r.mmu, 0, &s, &rsp), ATLAS_LOOK_MISS);
        atlas_step_begin(r.mmu, 0, &s, &w);
        assert_int_equal(w.next, ATLAS_WALK_DONE);
        rig_assert_fault(&w.rsp, ATLAS_REASON_MODE, page_cause[acc]);
        assert_int_equal(w.rsp.id, 9);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_WALK), 0);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_L2_MISS), 0);
        s.req.priv = ATLAS_PRIV_M; /* M is not translated whatever the mode */
        s.req.va = 0x42;
        assert_int_equal(atlas_step_look(r.mmu, 0, &s, &rsp), ATLAS_LOOK_BYPASS);
        rig_assert_pa(&rsp, 0x42);
        rig_close(&r);
    }
}

/* M17 P16: one session, and what each counter must say after it. */
static void every_counter_counts_its_event(void **state)
{
    static const unsigned port0[PORT_CTRS] = {
        [ATLAS_CTR_LOOKUP] = 9,  [ATLAS_CTR_L1_HIT] = 1, [ATLAS_CTR_SIDE_HIT] = 2,
        [ATLAS_CTR_L1_MISS] = 6, [ATLAS_CTR_BYPASS] = 1, [ATLAS_CTR_FAULT] = 3};
    static const unsigned port1[PORT_CTRS] = {
        [ATLAS_CTR_LOOKUP] = 1, [ATLAS_CTR_L1_MISS] = 1, [ATLAS_CTR_KILLED] = 2};
    static const unsigned global[ATLAS_GCTR_GLOBAL_COUNT] = {
        [ATLAS_GCTR_L2_HIT] = 1,   [ATLAS_GCTR_L2_MISS] = 5,   [ATLAS_GCTR_WALK] = 5,
        [ATLAS_GCTR_PTR_HIT] = 4,  [ATLAS_GCTR_PTE_READ] = 8,  [ATLAS_GCTR_CAS] = 3,
        [ATLAS_GCTR_CAS_FAIL] = 1, [ATLAS_GCTR_BUS_ERROR] = 2, [ATLAS_GCTR_FILL] = 4,
        [ATLAS_GCTR_FENCE] = 1};
    struct rig r;

    (void)state;
    rig_open(&r, RIG_SV39);
    r.cfg.adue = true;
    rig_configure(&r);
    rig_map(&r, 0x1000, 0, 0x10 << PPN_LSB | RWXAD);
    rig_map(&r, 0x200000, 1, 0x200 << PPN_LSB | RWXAD);
    rig_map(&r, 0x2000, 0, 0x20 << PPN_LSB | PV | PR);
    rig_fence(&r, -1, -1);
    rig_load(&r, 0x1000); /* 3 reads */
    rig_load(&r, 0x1008);
    rig_access(&r, 1, LOAD, 0x1000); /* L2 hit */
    rig_load(&r, 0x200000);          /* level 1: 1 read by pointer */
    rig_load(&r, 0x3fffff);
    rig_access(&r, 0, STORE, 0x210000);
    r.changes = 1; /* 2 reads, 2 CAS: one finds another value, one an error */
    r.changed_to = 0x20 << PPN_LSB | PV | PR | PW;
    assert_true(sparse_fail(r.mem, rig_pte_addr(&r, 0x2000, 0), true, 1, 1));
    rig_load(&r, 0x2000);
    rig_load(&r, 0x2000); /* 1 read, 1 CAS */
    assert_true(sparse_fail(r.mem, rig_pte_addr(&r, 0x3000, 0), false, 0, 1));
    rig_load(&r, 0x3000);                 /* 1 read: an error */
    rig_load(&r, UINT64_C(0x8000000000)); /* no canonical address: no walk */
    r.req.priv = ATLAS_PRIV_M;
    rig_load(&r, 0x77);
    atlas_step_killed(r.mmu, 1);
    atlas_step_killed(r.mmu, 1);
    for (unsigned c = 0; c < PORT_CTRS; c++) {
        assert_int_equal(rig_port_ctr(&r, 0, c), port0[c]);
        assert_int_equal(rig_port_ctr(&r, 1, c), port1[c]);
    }
    for (unsigned c = 0; c < ATLAS_GCTR_GLOBAL_COUNT; c++)
        assert_int_equal(rig_ctr(&r, c), global[c]);
    rig_close(&r);
}

static void counters_are_as_wide_as_ctr_bits(void **state)
{
    static const struct {
        unsigned bits, after_21;
    } rows[] = {{0, 0}, {1, 1}, {4, 5}, {5, 21}, {32, 21}, {64, 21}};

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct atlas_params p = rig_params(RIG_SV39);
        struct rig r;

        p.ctr_bits = rows[i].bits;
        rig_open_with(&r, RIG_SV39, &p);
        for (unsigned k = 0; k < 21; k++)
            rig_fence(&r, -1, -1);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_FENCE), rows[i].after_21);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_GLOBAL_COUNT), 0); /* no such counter */
        rig_close(&r);
    }
}

static void fields_of_a_request_are_cut_to_their_width(void **state)
{
    struct atlas_params p = rig_params(RIG_SV32);
    const struct atlas_mem_ops ops = {0};
    struct atlas_sampled s;
    struct atlas_rsp rsp;
    struct atlas *a;
    const struct atlas_req req = {.va = UINT64_C(0xfedcba9876543210),
                                  .acc = 0xf1,
                                  .priv = 0xf3,
                                  .sum = true,
                                  .mxr = true,
                                  .id = 0xffffffa7};

    (void)state;
    p.id_bits = 6;
    a = atlas_open(&p, &ops, NULL);
    atlas_step_sample(a, &req, &s);
    assert_int_equal(s.req.va, 0x76543210);
    assert_int_equal(s.req.acc, LOAD);
    assert_int_equal(s.req.priv, ATLAS_PRIV_M);
    assert_int_equal(s.req.sum, true);
    assert_int_equal(s.req.mxr, true);
    assert_int_equal(s.req.id, 0x27);
    atlas_access(a, 0, &req, &rsp);
    rig_assert_pa(&rsp, 0x76543210);
    assert_int_equal(rsp.id, 0x27);
    atlas_close(a);
}

static void places_that_do_not_exist_cannot_be_read_back(void **state)
{
    static const struct {
        unsigned array, port, count; /* of the preset full, with fewer superpages */
    } rows[] = {{ATLAS_RB_L1, 0, 384},  {ATLAS_RB_L1, 1, 384},
                {ATLAS_RB_L1, 2, 0},    {ATLAS_RB_SIDE, 1, 4},
                {ATLAS_RB_SIDE, 2, 0},  {ATLAS_RB_L2, 0, 528},
                {ATLAS_RB_L2, 99, 528}, {ATLAS_RB_PTR, 1, 4},
                {ATLAS_RB_PTR, 2, 0},   {4, 0, 0}};
    struct atlas_params p = rig_params(RIG_SV57);
    struct rig r;
    struct atlas_entry e;

    (void)state;
    p.l1_big = 128;
    p.l2_big = 16;
    rig_open_with(&r, RIG_SV57, &p);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned n = 0;

        while (atlas_read_back(r.mmu, rows[i].array, rows[i].port, n, &e))
            n++;
        assert_int_equal(n, rows[i].count);
        assert_false(atlas_read_back(r.mmu, rows[i].array, rows[i].port, UINT32_MAX, &e));
    }
    rig_close(&r);
}

static void there_is_a_pointer_for_each_table_below_the_root(void **state)
{
    (void)state;
    for (unsigned levels = 3; levels <= 5; levels++) {
        struct atlas_params p = rig_params(RIG_SV39);
        struct atlas_entry e;
        struct rig r;

        p.levels = levels;
        rig_open_with(&r, RIG_SV39, &p);
        assert_true(atlas_read_back(r.mmu, ATLAS_RB_PTR, 0, levels - 2, &e));
        assert_false(atlas_read_back(r.mmu, ATLAS_RB_PTR, 0, levels - 1, &e));
        rig_close(&r);
    }
}

/* M7 */
static void instances_know_nothing_of_each_other(void **state)
{
    struct rig r[RIG_MODES];
    struct atlas_rsp rsp;

    (void)state;
    for (unsigned m = 0; m < RIG_MODES; m++) {
        rig_open(&r[m], m);
        rig_map(&r[m], 0x5000, 0, (0x10 + m) << PPN_LSB | RWXAD);
    }
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned m = 0; m < RIG_MODES; m++) {
            rsp = rig_load(&r[m], 0x5000);
            rig_assert_pa(&rsp, (0x10 + m) << 12);
        }
        rig_fence(&r[round], -1, -1);
    }
    for (unsigned m = 0; m < RIG_MODES; m++) {
        assert_int_equal(rig_ctr(&r[m], ATLAS_GCTR_FENCE), m < 3);
        assert_int_equal(rig_ctr(&r[m], ATLAS_GCTR_WALK), m < 2 ? 2 : 1);
        rig_close(&r[m]);
    }
}

/* P24 */
static void the_door_leads_to_the_instance(void **state)
{
    struct rig r;
    struct mmu_port door;
    struct atlas_cfg bad = {.satp = UINT64_C(1) << 62};
    const struct atlas_fence all = {.has_va = false};
    struct atlas_req req = {.va = 0x5008, .acc = LOAD, .priv = ATLAS_PRIV_S, .id = 2};
    struct atlas_rsp rsp;

    (void)state;
    rig_open(&r, RIG_SV39);
    rig_map(&r, 0x5000, 0, 0x10 << PPN_LSB | RWXAD);
    door = atlas_port(r.mmu);
    assert_ptr_equal(door.params(door.self), atlas_get_params(r.mmu));
    assert_false(door.configure(door.self, &bad));
    r.cfg.tlb_off = true;
    assert_true(door.configure(door.self, &r.cfg));
    door.access(door.self, 1, &req, &rsp);
    rig_assert_pa(&rsp, 0x10008);
    assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 1), 0);
    door.fence(door.self, &all);
    assert_int_equal(door.counter(door.self, 2 * PORT_CTRS + ATLAS_GCTR_FENCE), 1);
    assert_int_equal(door.counter(door.self, PORT_CTRS + ATLAS_CTR_LOOKUP), 1);
    rig_close(&r);
}

static void codes_have_names_and_texts(void **state)
{
    (void)state;
    assert_string_equal(atlas_reason_name(ATLAS_REASON_NO_R), "NO_R");
    assert_string_equal(atlas_reason_text(ATLAS_REASON_NO_R),
                        "page fault: load without R (or X with MXR)");
    assert_string_equal(atlas_reason_name(ATLAS_REASON_NONE), "NONE");
    assert_string_equal(atlas_reason_text(ATLAS_REASON_AD_BUS),
                        "access fault: bus error on an A/D update");
    assert_null(atlas_reason_name(23));
    assert_null(atlas_reason_text(23));
    assert_string_equal(atlas_port_counter_name(ATLAS_CTR_LOOKUP), "LOOKUP");
    assert_string_equal(atlas_port_counter_name(ATLAS_CTR_KILLED), "KILLED");
    assert_null(atlas_port_counter_name(ATLAS_CTR_PORT_COUNT));
    assert_string_equal(atlas_global_counter_name(ATLAS_GCTR_L2_HIT), "L2_HIT");
    assert_string_equal(atlas_global_counter_name(ATLAS_GCTR_FENCE), "FENCE");
    assert_null(atlas_global_counter_name(ATLAS_GCTR_GLOBAL_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_reset_nothing_is_remembered_and_nothing_translated),
        cmocka_unit_test(m_and_bare_go_past_the_tlb),
        cmocka_unit_test(an_untranslated_address_beyond_the_width_is_an_access_fault),
        cmocka_unit_test(an_alias_beyond_the_sign_bit_never_hits),
        cmocka_unit_test(a_mode_that_is_not_implemented_is_refused_whole),
        cmocka_unit_test(a_core_that_drives_an_illegal_mode_gets_page_faults),
        cmocka_unit_test(every_counter_counts_its_event),
        cmocka_unit_test(counters_are_as_wide_as_ctr_bits),
        cmocka_unit_test(fields_of_a_request_are_cut_to_their_width),
        cmocka_unit_test(places_that_do_not_exist_cannot_be_read_back),
        cmocka_unit_test(there_is_a_pointer_for_each_table_below_the_root),
        cmocka_unit_test(instances_know_nothing_of_each_other),
        cmocka_unit_test(the_door_leads_to_the_instance),
        cmocka_unit_test(codes_have_names_and_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
