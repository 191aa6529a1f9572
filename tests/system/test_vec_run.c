/* test_vec_run.c: golden vectors notice whatever an MMU does otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_mmu.h"
#include "vec_run.h"

#include <stdio.h>
#include <string.h>

static struct diff d;

static struct vec parse(const char *line)
{
    char error[SCAN_ERROR];
    struct vec v;

    if (!vec_parse(&v, line, strlen(line), error))
        fail_msg("%s: %s", line, error);
    return v;
}

static int begin(void **state)
{
    (void)state;
    fake_open("full");
    return 0;
}

static int end(void **state)
{
    (void)state;
    fake_close();
    return 0;
}

/* Sv39: a load of a global page, a store that sets A and D, a store whose update fails, a load
 * that faults, a NAPOT fetch, and a load in bare mode. */
#define POINTERS "100000 40401 0 101000 40801 0 102008 "
#define LOAD "8 100 5 1 0 0 1 1 1 1 1234 3 " POINTERS "140ef 0 0 50234 0 0 0 1 0 0 0 load"
#define STORE                                                                                      \
    "8 100 5 1 0 0 1 1 1 2 1234 3 " POINTERS "1400f 0 0 50234 0 0 0 0 1 102008 140cf store"
#define FAILED "8 100 5 1 0 0 1 1 1 2 1234 3 " POINTERS "1400f 0 7 0 0 0 0 0 2 102008 140cf failed"
#define FAULT "8 100 5 1 0 0 1 1 1 1 1234 3 " POINTERS "140ee 0 d 0 0 0 0 0 0 0 0 fault"
#define NAPOT                                                                                      \
    "8 100 5 1 0 0 1 1 1 0 1234 3 " POINTERS "a0000000000160cf 0 0 51234 0 1 1 0 0 0 0 napot"
#define BUS "8 100 5 1 0 0 1 1 1 1 1234 2 100000 40401 0 101000 40801 1 5 0 0 0 0 0 0 0 0 bus"
#define BARE "0 0 0 1 0 0 1 1 1 1 1234 0 0 1234 0 0 0 0 0 0 0 bare"

/* Try the vector with a tamper (or NULL). Returns whether a difference was noticed. */
static bool noticed(const char *line, void (*tamper)(void))
{
    struct vec v = parse(line);

    fake.tamper = tamper;
    diff_begin(&d);
    vec_try_oracle(&v, &fake.params, &d);
    assert_int_equal(d.count, 0);
    vec_try_target(&v, &fake_target, &d);
    return d.count > 0;
}

static void an_honest_mmu_passes(void **state)
{
    static const char *const lines[] = {LOAD, STORE, FAILED, FAULT, NAPOT, BUS, BARE};

    (void)state;
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (noticed(lines[i], NULL))
            fail_msg("%s: %s", lines[i], d.text);
}

static void it_begins_cold(void **state)
{
    uint64_t value;

    (void)state;
    sparse_write(fake.memory, 0x7000, 1, 8);
    assert_false(noticed(LOAD, NULL));
    assert_int_equal(fake.fences, 1);
    assert_true(!fake.fence.has_va && !fake.fence.has_asid);
    assert_false(sparse_read(fake.memory, &value, 0x7000, 8));
    assert_int_equal(fake.cfg.satp, UINT64_C(8) << 60 | UINT64_C(5) << 44 | 0x100);
    assert_true(fake.cfg.adue && fake.cfg.pbmte && fake.cfg.napote && !fake.cfg.tlb_off);
    assert_int_equal(fake.port, 1);
    noticed(NAPOT, NULL);
    assert_int_equal(fake.port, 0);
}

/* ---- Every field of an answer -------------------------------------------------------------- */

#define TAMPER(name, change)                                                                       \
    static void name(void)                                                                         \
    {                                                                                              \
        change;                                                                                    \
    }

TAMPER(other_pa, fake.rsp.pa ^= 4096)
TAMPER(other_level, fake.rsp.level ^= 1)
TAMPER(other_napot, fake.rsp.napot ^= 1)
TAMPER(other_pbmt, fake.rsp.pbmt ^= 1)
TAMPER(other_fault, fake.rsp.fault ^= 1)
TAMPER(other_cause, fake.rsp.cause ^= 2)
TAMPER(other_killed, fake.rsp.killed ^= 1)
TAMPER(other_id, fake.rsp.id ^= 1)

static void every_field_of_the_answer_is_compared(void **state)
{
    static void (*const tampers[])(void) = {other_pa,    other_level,  other_napot, other_pbmt,
                                            other_fault, other_killed, other_id};

    (void)state;
    for (unsigned i = 0; i < sizeof tampers / sizeof tampers[0]; i++) {
        assert_true(noticed(LOAD, tampers[i]));
        assert_true(noticed(NAPOT, tampers[i]));
        assert_true(noticed(BARE, tampers[i]));
        assert_true(noticed(FAULT, tampers[i]));
    }
    assert_true(noticed(FAULT, other_cause));
    assert_true(noticed(FAILED, other_cause));
}

/* ---- Every transaction --------------------------------------------------------------------- */

TAMPER(one_less, fake.count--)
TAMPER(one_more, fake.list[fake.count++] = (struct mem_transaction){.addr = 0x102008})
TAMPER(other_first_addr, fake.list[0].addr ^= 8)
TAMPER(other_last_addr, fake.list[fake.count - 1].addr ^= 8)
TAMPER(other_last_value, fake.list[fake.count - 1].value ^= 0x100)
TAMPER(other_last_old, fake.list[fake.count - 1].old ^= 0x100)
TAMPER(other_last_status, fake.list[fake.count - 1].status ^= ATLAS_MEM_ERROR)
TAMPER(other_last_kind, fake.list[fake.count - 1].cas ^= 1)

static void swap_reads(void)
{
    struct mem_transaction first = fake.list[0];

    fake.list[0] = fake.list[1];
    fake.list[1] = first;
}

static void every_transaction_is_compared(void **state)
{
    static void (*const tampers[])(void) = {one_less,        one_more,          other_first_addr,
                                            other_last_addr, other_last_status, other_last_kind,
                                            swap_reads};
    static const char *const lines[] = {LOAD, STORE, FAILED, FAULT, BUS};

    (void)state;
    for (unsigned i = 0; i < sizeof tampers / sizeof tampers[0]; i++)
        for (unsigned k = 0; k < sizeof lines / sizeof lines[0]; k++)
            assert_true(noticed(lines[k], tampers[i]));
    assert_true(noticed(LOAD, other_last_value));
    assert_true(noticed(STORE, other_last_value));
    assert_true(noticed(FAILED, other_last_value));
    assert_true(noticed(STORE, other_last_old));
    assert_true(noticed(BARE, one_more));
    assert_false(noticed(BUS, other_last_value)); /* there was none */
}

TAMPER(unwritten, sparse_write(fake.memory, 0x102008, 0x1400f, 8))

static void the_written_word_is_looked_at(void **state)
{
    (void)state;
    assert_true(noticed(STORE, unwritten));
}

/* ---- What is remembered -------------------------------------------------------------------- */

TAMPER(other_filled, fake.filled ^= 1)
TAMPER(other_g, fake.entry.g ^= 1)
TAMPER(other_asid, fake.entry.asid ^= 1)
TAMPER(other_ppn, fake.entry.ppn ^= 16)
TAMPER(other_entry_level, fake.entry.level ^= 1)
TAMPER(other_entry_napot, fake.entry.napot ^= 1)
TAMPER(other_entry_pbmt, fake.entry.pbmt ^= 1)

static void the_filled_entry_is_compared(void **state)
{
    static void (*const tampers[])(void) = {other_filled,    other_g,           other_asid,
                                            other_ppn,       other_entry_level, other_entry_napot,
                                            other_entry_pbmt};

    (void)state;
    for (unsigned i = 0; i < sizeof tampers / sizeof tampers[0]; i++) {
        assert_true(noticed(LOAD, tampers[i]));
        assert_true(noticed(STORE, tampers[i]));
        assert_true(noticed(NAPOT, tampers[i]));
    }
    assert_true(noticed(FAULT, other_filled)); /* a fault fills nothing */
    assert_true(noticed(FAILED, other_filled));
    assert_true(noticed(BARE, other_filled));
}

/* ---- The rest ------------------------------------------------------------------------------ */

static void tamper_with_amo(void)
{
    if (fake.req.acc == ATLAS_ACC_AMO)
        fake.rsp.pa ^= 4096;
}

static void a_store_is_tried_as_an_amo(void **state)
{
    (void)state;
    assert_true(noticed(STORE, tamper_with_amo));
    assert_non_null(strstr(d.text, "(as AMO)"));
    assert_false(noticed(LOAD, tamper_with_amo));
}

TAMPER(notice_difference, fake.differ = true)

static void what_the_target_notices_counts(void **state)
{
    (void)state;
    assert_true(noticed(LOAD, notice_difference));
    fake.refuse = true;
    assert_true(noticed(LOAD, NULL));
}

/* A table that points to itself: one word is read at two levels, and the second read fails. */
static void the_second_read_of_a_word_may_fail(void **state)
{
    (void)state;
    assert_false(noticed(
        "8 100 0 1 0 0 1 1 1 1 0 2 100000 40001 0 100000 40001 1 5 0 0 0 0 0 0 0 0 x", NULL));
    assert_false(noticed("8 100 0 1 0 0 1 1 1 1 0 3 100000 40001 0 100000 40001 0 100000 40001 1 "
                         "5 0 0 0 0 0 0 0 0 x",
                         NULL));
}

/* The word that fails must be the one that is listed. */
static void the_oracle_reads_what_is_listed(void **state)
{
    struct vec v = parse(BUS);

    (void)state;
    v.read[1].addr += 8;
    diff_begin(&d);
    vec_try_oracle(&v, &fake.params, &d);
    assert_int_equal(d.count, 1);
    assert_non_null(strstr(d.text, "address of a PTE read is 101000, expected 101008"));
}

static void a_narrow_mmu_faults_beyond_its_width(void **state)
{
    /* 512 GiB at 0 under Sv48, and va beyond 4 GiB of it; a store that would set D */
    struct vec v =
        parse("9 1 0 1 0 0 1 0 0 2 123456789a 1 1000 7 0 0 123456789a 3 0 0 0 1 1000 c7 x");
    struct atlas_params narrow = fake.params;

    (void)state;
    vec_narrow(&v, &narrow);
    assert_int_equal(v.cause, 0);
    narrow.pa_bits = 32;
    assert_true(vec_fits(&v, &narrow));
    vec_narrow(&v, &narrow);
    assert_int_equal(v.cause, ATLAS_CAUSE_STORE_ACCESS);
    assert_int_equal(v.pa | v.level | v.wflag, 0);
    diff_begin(&d);
    vec_try_oracle(&v, &narrow, &d);
    assert_int_equal(d.count, 0);
}

static void a_request_is_described(void **state)
{
    struct vec v = parse(STORE);
    char text[200];

    (void)state;
    assert_string_equal(vec_describe(&v, text, sizeof text),
                        "Sv39 store of va 1234 in S, sum 0 mxr 0 adue 1 pbmte 1 svnapot 1, root "
                        "100, asid 5");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(an_honest_mmu_passes),
        TEST(it_begins_cold),
        TEST(every_field_of_the_answer_is_compared),
        TEST(every_transaction_is_compared),
        TEST(the_written_word_is_looked_at),
        TEST(the_filled_entry_is_compared),
        TEST(a_store_is_tried_as_an_amo),
        TEST(what_the_target_notices_counts),
        TEST(the_second_read_of_a_word_may_fail),
        TEST(the_oracle_reads_what_is_listed),
        TEST(a_narrow_mmu_faults_beyond_its_width),
        TEST(a_request_is_described),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
