/* test_replay_rules.c: the rules of translation traces, on an MMU that does as it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_mmu.h"
#include "replay.h"

#include <stdio.h>
#include <string.h>

/* ---- A trace ------------------------------------------------------------------------------- */

static struct mmutrace_header header;
static struct replay *replay;
static struct diff diff;

/* Sv39: 1000 is page 50 with R W X A D, below tables 100, 101, 102. */
static const char *const tables[] = {"T 8000000000000100", "M 100000 40401", "M 101000 40801",
                                     "M 102008 140cf", "V - -"};

static const struct atlas_rsp store_fault = {
    .fault = true, .cause = 15, .reason = ATLAS_REASON_NO_W};

/* Apply one line; diff says what differed. Returns whether nothing did. */
static bool line(const char *text)
{
    struct mmutrace_event e;
    char error[SCAN_ERROR];

    if (!mmutrace_parse_event(&e, 64, text, strlen(text), error))
        fail_msg("%s: %s", text, error);
    diff_begin(&diff);
    replay_event(replay, &e, &diff);
    return diff.count == 0;
}

static void begin(bool svade)
{
    fake_open("full");
    header = (struct mmutrace_header){.xlen = 64, .svade = svade, .svnapot = true};
    replay = replay_open(&fake_target, &header);
    for (unsigned i = 0; i < sizeof tables / sizeof tables[0]; i++)
        assert_true(line(tables[i]));
}

static int begin_svadu(void **state)
{
    (void)state;
    begin(false);
    return 0;
}

static int begin_svade(void **state)
{
    (void)state;
    begin(true);
    return 0;
}

static int end(void **state)
{
    (void)state;
    replay_close(replay);
    fake_close();
    return 0;
}

/* The next answer, whatever memory holds. */
static void tell(struct atlas_rsp rsp)
{
    fake.told = true;
    fake.rsp = rsp;
}

static void tell_pa(uint64_t pa, uint8_t level)
{
    tell((struct atlas_rsp){.pa = pa, .level = level});
}

static uint64_t word(uint64_t addr)
{
    uint64_t value = 0;

    assert_true(sparse_read(fake.memory, &value, addr, 8));
    return value;
}

static void expect_mismatch(const char *text, const char *words)
{
    assert_false(line(text));
    if (strstr(diff.text, words) == NULL)
        fail_msg("'%s': says '%s', expected '%s'", text, diff.text, words);
}

static uint64_t stale(void)
{
    return replay_counts(replay)->stale;
}

/* ---- Answers ------------------------------------------------------------------------------- */

static void an_access_that_agrees_is_no_mismatch(void **state)
{
    (void)state;
    assert_true(line("R 1 1234 50234 0 3 0"));
    assert_true(line("F 1 1234 50234 0 3 0"));
    assert_true(line("P W 0 1234 15 3 0"));              /* a supervisor page */
    assert_true(line("P R 1 40000000 13 1 0") == false); /* table 100's second word is not known */
    assert_int_equal(stale(), 0);
}

static void pa_level_and_cause_are_compared(void **state)
{
    (void)state;
    expect_mismatch("R 1 1234 51234 0 3 0", "pa is 50234, expected 51234");
    expect_mismatch("R 1 1234 50234 1 3 0", "level is 0, expected 1");
    tell((struct atlas_rsp){.fault = true, .cause = 13, .reason = ATLAS_REASON_NO_R});
    expect_mismatch("P W 0 1234 15 3 0", "cause is 13");
    expect_mismatch("P W 0 1234 13 3 0", "cause is 15 (store page fault), expected 13");
}

static void requests_arrive_as_the_trace_says(void **state)
{
    static const struct {
        const char *line;
        unsigned port, acc;
    } cases[] = {
        {"F 1 1234 50234 0 3 0", 0, ATLAS_ACC_FETCH}, {"R 1 1234 50234 0 3 0", 1, ATLAS_ACC_LOAD},
        {"W 1 1234 50234 0 3 0", 1, ATLAS_ACC_STORE}, {"A 1 1234 50234 0 3 0", 1, ATLAS_ACC_AMO},
        {"C 1 1234 50234 0 3 0", 1, ATLAS_ACC_STORE}, {"P W 0 1234 15 3 0", 1, ATLAS_ACC_STORE}};
    char text[40];

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(line(cases[i].line));
        assert_int_equal(fake.port, cases[i].port);
        assert_int_equal(fake.req.acc, cases[i].acc);
        assert_int_equal(fake.req.va, 0x1234);
    }
    for (unsigned ctx = 0; ctx < 8; ctx++) {
        snprintf(text, sizeof text, "? R %u 1234 50234 0", ctx);
        assert_true(line(text));
        assert_int_equal(fake.req.priv, ctx & 1 ? ATLAS_PRIV_S : ATLAS_PRIV_U);
        assert_int_equal(fake.req.sum, ctx >> 1 & 1);
        assert_int_equal(fake.req.mxr, ctx >> 2 & 1);
    }
    fake_target.params.ports = 1;
    assert_true(line("R 1 1234 50234 0 3 0"));
    assert_int_equal(fake.port, 0);
}

static void configuration_and_fences_arrive(void **state)
{
    (void)state;
    assert_true(fake.cfg.adue && fake.cfg.napote && !fake.cfg.pbmte);
    assert_int_equal(fake.cfg.satp, UINT64_C(0x8000000000000100));
    assert_true(line("V ffffffffffff0000 12"));
    assert_true(fake.fence.has_va && fake.fence.has_asid);
    assert_int_equal(fake.fence.va, UINT64_C(0xffffffffffff0000));
    assert_int_equal(fake.fence.asid, 0x12);
    assert_true(line("V - 12"));
    assert_false(fake.fence.has_va);
    assert_true(line("V 0 -"));
    assert_false(fake.fence.has_asid);
    assert_true(fake.fence.has_va);
    fake.refuse = true;
    expect_mismatch("T 9000000000000100", "refuses satp");
}

static void an_unknown_word_is_a_mismatch(void **state)
{
    (void)state;
    expect_mismatch("R 1 2000 60000 0 3 0", "reads the word at 102010, which is not known");
    expect_mismatch("P R 1 2000 13 3 0", "reads the word at 102010");
    assert_true(line("? R 1 2000 60000 0"));
}

static void a_record_not_to_be_checked_is_not(void **state)
{
    (void)state;
    assert_true(line("? R 1 1234 999999 0"));
    tell(store_fault);
    assert_true(line("? W 1 1234 50234 0"));
    assert_true(line("M 102008 1400f"));
    fake.extra = 0x80; /* D by a load */
    assert_true(line("? R 1 1234 50234 0"));
    assert_int_equal(replay_counts(replay)->unchecked, 3);
}

static void a_killed_answer_is_a_mismatch(void **state)
{
    (void)state;
    tell((struct atlas_rsp){.pa = 0x50234, .killed = true});
    expect_mismatch("R 1 1234 50234 0 3 0", "killed");
}

static void answers_bear_their_requests_ids(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        assert_true(line("R 1 1234 50234 0 3 0"));
        assert_int_equal(fake.req.id, i & ATLAS_ONES(fake.params.id_bits));
    }
    fake.wrong_id = true;
    expect_mismatch("R 1 1234 50234 0 3 0", "id is 5, expected 4");
}

static void what_a_backend_notices_is_a_mismatch(void **state)
{
    (void)state;
    fake.differ = true;
    expect_mismatch("R 1 1234 50234 0 3 0", "sides differ");
    assert_true(line("R 1 1234 50234 0 3 0"));
    fake.differ = true;
    expect_mismatch("? R 1 1234 50234 0", "sides differ");
    diff_begin(&diff);
    replay_finish(replay, &diff);
    assert_int_equal(diff.count, 0);
    fake.uneven = true;
    replay_finish(replay, &diff);
    assert_int_equal(diff.count, 1);
}

static void npte_is_the_oracles(void **state)
{
    (void)state;
    expect_mismatch("R 1 1234 50234 0 2 0", "oracle: npte is 3, expected 2");
    expect_mismatch("P W 0 1234 15 1 0", "oracle: npte is 3, expected 1");
    assert_true(line("P R 1 1234 13 1 0")); /* not compared: the oracle sees no fault */
    assert_true(line("T 0"));
    assert_true(line("R 1 1234 1234 0 0 0"));
    expect_mismatch("R 1 1234 1234 0 1 0", "npte is 0, expected 1");
}

/* ---- Stale answers ------------------------------------------------------------------------- */

static void success_by_an_old_translation_is_stale(void **state)
{
    (void)state;
    assert_true(line("M 102008 140c3")); /* no W now, and no fence */
    tell_pa(0x50234, 0);
    assert_true(line("P W 1 1234 15 3 0"));
    assert_int_equal(stale(), 1);
    tell_pa(0x51234, 0);
    expect_mismatch("P W 1 1234 15 3 0", "by no translation since the last fence");
    assert_true(line("V 1000 -"));
    tell_pa(0x50234, 0);
    expect_mismatch("P W 1 1234 15 3 0", "cause is 0 (translated), expected 15");
    assert_int_equal(stale(), 1);
}

static void a_fault_by_an_old_translation_is_stale(void **state)
{
    (void)state;
    assert_true(line("M 102008 140c3"));
    assert_true(line("W 1 1234 50234 0 3 0")); /* the guest remembered; the target faults rightly */
    assert_int_equal(stale(), 1);
    assert_true(line("M 102008 140cf"));
    tell(store_fault); /* remembered W = 0 */
    assert_true(line("W 1 1234 50234 0 3 0"));
    assert_int_equal(stale(), 2);
    assert_true(line("V - -"));
    tell(store_fault);
    expect_mismatch("W 1 1234 50234 0 3 0", "reason is NO_W");
}

static void an_invalid_pte_is_not_remembered(void **state)
{
    (void)state;
    assert_true(line("M 102008 0"));
    assert_true(line("P R 1 1234 13 3 0"));
    assert_true(line("M 102008 140cf"));
    tell((struct atlas_rsp){.fault = true, .cause = 13, .reason = ATLAS_REASON_INVALID});
    expect_mismatch("R 1 1234 50234 0 3 0", "reason is INVALID");
}

static void an_access_fault_is_never_stale(void **state)
{
    (void)state;
    tell((struct atlas_rsp){.fault = true, .cause = 5, .reason = ATLAS_REASON_PTE_BUS});
    expect_mismatch("R 1 1234 50234 0 3 0", "load access fault");
    tell((struct atlas_rsp){.fault = true, .cause = 7, .reason = ATLAS_REASON_PTE_BUS});
    expect_mismatch("P W 0 1234 15 3 0", "store access fault");
    fake.list[0] = (struct mem_transaction){.addr = 0x103000, .status = ATLAS_MEM_ERROR};
    fake.count = 1; /* right by chance: the word was not known */
    tell_pa(0x50234, 0);
    expect_mismatch("P R 1 1234 13 3 0", "reads the word at 103000");
}

static void another_pa_is_a_mismatch_even_if_it_was_right(void **state)
{
    (void)state;
    assert_true(line("M 102008 144cf"));
    tell_pa(0x50234, 0);
    expect_mismatch("R 1 1234 51234 0 3 0", "pa is 50234");
}

/* ---- A and D ------------------------------------------------------------------------------- */

static void an_announced_update_must_be_made(void **state)
{
    (void)state;
    assert_true(line("M 102008 1400f"));
    assert_true(line("U 102008 1404f"));
    assert_int_equal(word(0x102008), 0x1400f); /* the old word, until the record */
    assert_true(line("R 1 1234 50234 0 3 0"));
    assert_int_equal(word(0x102008), 0x1404f);
    assert_true(line("A 1 1234 50234 0 3 0")); /* that U line is done with */
    assert_int_equal(word(0x102008), 0x140cf);
    assert_int_equal(stale(), 0);
    assert_true(line("M 102008 1404f"));
    assert_true(line("U 102008 140cf"));
    assert_true(line("W 1 1234 50234 0 3 0"));
    assert_int_equal(word(0x102008), 0x140cf);
    assert_int_equal(replay_counts(replay)->announced, 2);
    assert_int_equal(replay_counts(replay)->unannounced, 1);
}

static void a_missing_update_is_a_mismatch_and_is_made_up_for(void **state)
{
    (void)state;
    assert_true(line("M 102008 1400f"));
    assert_true(line("V - -"));
    assert_true(line("U 102008 1404f"));
    fake.lazy = true;
    expect_mismatch("R 1 1234 50234 0 3 0", "the word at 102008 is 1400f after the access");
    assert_int_equal(word(0x102008), 0x1404f);
    assert_true(line("R 1 1234 50234 0 3 0"));
}

static void another_update_than_announced_is_a_mismatch(void **state)
{
    (void)state;
    assert_true(line("M 102008 1400f"));
    assert_true(line("V - -"));
    assert_true(line("U 102008 140cf")); /* a load sets no D */
    expect_mismatch("R 1 1234 50234 0 3 0", "is 1404f after the access, expected 140cf");
    assert_true(line("M 102008 1400f"));
    assert_true(line("V - -"));
    assert_true(line("U 102008 1414f")); /* more than A and D */
    expect_mismatch("R 1 1234 50234 0 3 0", "is 1404f after the access, expected 1414f");
    assert_true(line("U 102010 140cf")); /* a word that the access does not read */
    expect_mismatch("R 1 1234 50234 0 3 0", "the word at 102010");
}

static void an_entry_that_had_its_bits_is_stale(void **state)
{
    (void)state;
    assert_true(line("M 102008 1400f")); /* the guest clears A and D and does not fence */
    assert_true(line("U 102008 1404f"));
    fake.lazy = true;
    assert_true(line("R 1 1234 50234 0 3 0"));
    assert_int_equal(stale(), 1);
    assert_int_equal(word(0x102008), 0x1404f);
}

static void what_the_target_set_itself_counts(void **state)
{
    (void)state;
    assert_true(line("M 102008 1400f"));
    assert_true(line("V - -"));
    assert_true(line("W 1 1234 50234 0 3 0")); /* nobody announced it */
    assert_true(line("M 102008 1400f"));
    assert_true(line("U 102008 140cf"));
    fake.lazy = true;
    assert_true(line("W 1 1234 50234 0 3 0"));
    assert_int_equal(stale(), 1);
}

static void an_update_that_nobody_announced_is_accepted(void **state)
{
    (void)state;
    assert_true(line("M 102008 1400f"));
    assert_true(line("R 1 1234 50234 0 3 0"));
    assert_int_equal(word(0x102008), 0x1404f);
    assert_true(line("W 1 1234 50234 0 3 0"));
    assert_int_equal(word(0x102008), 0x140cf);
    assert_int_equal(replay_counts(replay)->unannounced, 2);
    assert_true(line("M 102008 1400f")); /* and stays until the next M */
    assert_int_equal(word(0x102008), 0x1400f);
}

static void more_than_a_and_d_is_a_mismatch(void **state)
{
    (void)state;
    assert_true(line("M 102008 1400f"));
    fake.extra = 0x80; /* D by a load */
    expect_mismatch("R 1 1234 50234 0 3 0", "expected no more than A of");
    assert_true(line("M 102008 1400f"));
    fake.extra = 0x20; /* G */
    expect_mismatch("W 1 1234 50234 0 3 0", "expected no more than A and D of");
}

static void an_update_by_a_fault_is_a_mismatch(void **state)
{
    (void)state;
    fake.list[0] =
        (struct mem_transaction){.cas = true, .addr = 0x102008, .old = 0x140cf, .value = 0x140cf};
    fake.count = 1;
    tell(store_fault);
    expect_mismatch("P W 0 1234 15 3 0", "of an access that succeeds");
}

static void u_before_an_unchecked_record_is_m(void **state)
{
    (void)state;
    assert_true(line("M 102008 1400f"));
    assert_true(line("U 102008 1404f"));
    tell_pa(0, 0);
    assert_true(line("? R 1 1234 50234 0"));
    assert_int_equal(word(0x102008), 0x1404f);
    fake.lazy = true;
    assert_true(line("R 1 1234 50234 0 3 0"));
}

static void u_with_svade_is_m(void **state)
{
    (void)state;
    assert_false(fake.cfg.adue);
    assert_true(line("M 102008 1400f"));
    assert_true(line("P R 1 1234 13 3 0")); /* A by fault */
    assert_true(line("U 102008 1404f"));
    assert_int_equal(word(0x102008), 0x1404f);
    assert_true(line("R 1 1234 50234 0 3 0"));
}

static void m_after_u_voids_it(void **state)
{
    (void)state;
    assert_true(line("M 102008 1400f"));
    assert_true(line("U 102008 1404f"));
    assert_true(line("M 102008 144cf"));
    assert_true(line("R 1 1234 51234 0 3 0"));
    assert_int_equal(word(0x102008), 0x144cf);
}

static void bits_that_an_accepted_update_set_may_stay(void **state)
{
    (void)state;
    assert_true(line("M 102008 1400f"));
    assert_true(line("W 1 1234 50234 0 3 0")); /* the guest remembered D; the target sets A and D */
    assert_true(line("U 102008 1404f"));       /* the guest walks at last, for a load */
    assert_true(line("R 1 1234 50234 0 3 0"));
    assert_int_equal(stale(), 0);
    assert_int_equal(word(0x102008), 0x1404f);
}

static void very_many_updates_are_words(void **state)
{
    char text[40];

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "U %x 1404f", 0x200000 + i * 8);
        assert_true(line(text));
    }
    assert_false(line("R 1 1234 50234 0 3 0")); /* the last ones are no update of this access */
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(word(0x200000 + i * 8), 0x1404f);
}

/* ---- Counts and fits ----------------------------------------------------------------------- */

static void everything_is_counted(void **state)
{
    const struct replay_counts *c = replay_counts(replay);

    (void)state;
    assert_true(line("F 1 1234 50234 0 3 1"));
    assert_true(line("R 1 1234 50234 0 3 2"));
    assert_true(line("W 1 1234 50234 0 3 3"));
    assert_true(line("A 1 1234 50234 0 3 4"));
    assert_true(line("C 1 1234 50234 0 3 5"));
    assert_true(line("P W 0 1234 15 3 6"));
    assert_true(line("? W 0 1234 0 7"));
    assert_int_equal(c->fetch, 1);
    assert_int_equal(c->load, 1);
    assert_int_equal(c->store, 1);
    assert_int_equal(c->amo, 1);
    assert_int_equal(c->sc, 1);
    assert_int_equal(c->faults, 1);
    assert_int_equal(c->unchecked, 1);
    assert_int_equal(c->left_out, 28);
    assert_int_equal(c->satps, 1);
    assert_int_equal(c->fences, 1);
    assert_int_equal(c->words, 3);
    assert_int_equal(c->oracle_reads, 18);
    assert_int_equal(replay_records(c), 7);
}

static bool fits(const char *text)
{
    struct mmutrace_event e;
    char error[SCAN_ERROR];

    assert_true(mmutrace_parse_event(&e, 64, text, strlen(text), error));
    return replay_fits(replay, &e);
}

static void what_does_not_fit_is_seen(void **state)
{
    (void)state;
    fake_target.params.pa_bits = 32;
    fake_target.params.levels = 4;
    fake_target.params.asid_bits = 9;
    assert_true(fits("M fffffffff8 3fffffff"));
    assert_false(fits("M 0 40000000"));
    assert_false(fits("U 0 40000000"));
    assert_true(fits("M 0 ffc000003fffffff"));
    assert_true(fits("T 901ff000000fffff"));
    assert_false(fits("T 9000000000100000"));
    assert_false(fits("T 9020000000000000"));
    assert_false(fits("T a000000000000000"));
    assert_true(fits("V ffffffffffffffff ffff"));
    assert_true(fits("R 1 ffffffffffffffff 0 0 0 0")); /* it is translated */
    assert_true(line("T 0"));
    assert_true(fits("R 1 ffffffff 0 0 0 0"));
    assert_false(fits("R 1 100000000 0 0 0 0"));
    assert_false(fits("P R 1 100000000 13 0 0"));
    assert_false(fits("? R 1 100000000 0 0"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_svadu, end)
    const struct CMUnitTest tests[] = {
        TEST(an_access_that_agrees_is_no_mismatch),
        TEST(pa_level_and_cause_are_compared),
        TEST(requests_arrive_as_the_trace_says),
        TEST(configuration_and_fences_arrive),
        TEST(an_unknown_word_is_a_mismatch),
        TEST(a_record_not_to_be_checked_is_not),
        TEST(a_killed_answer_is_a_mismatch),
        TEST(answers_bear_their_requests_ids),
        TEST(what_a_backend_notices_is_a_mismatch),
        TEST(npte_is_the_oracles),
        TEST(success_by_an_old_translation_is_stale),
        TEST(a_fault_by_an_old_translation_is_stale),
        TEST(an_invalid_pte_is_not_remembered),
        TEST(an_access_fault_is_never_stale),
        TEST(another_pa_is_a_mismatch_even_if_it_was_right),
        TEST(an_announced_update_must_be_made),
        TEST(a_missing_update_is_a_mismatch_and_is_made_up_for),
        TEST(another_update_than_announced_is_a_mismatch),
        TEST(an_entry_that_had_its_bits_is_stale),
        TEST(what_the_target_set_itself_counts),
        TEST(an_update_that_nobody_announced_is_accepted),
        TEST(more_than_a_and_d_is_a_mismatch),
        TEST(an_update_by_a_fault_is_a_mismatch),
        TEST(u_before_an_unchecked_record_is_m),
        cmocka_unit_test_setup_teardown(u_with_svade_is_m, begin_svade, end),
        TEST(m_after_u_voids_it),
        TEST(bits_that_an_accepted_update_set_may_stay),
        TEST(very_many_updates_are_words),
        TEST(everything_is_counted),
        TEST(what_does_not_fit_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
