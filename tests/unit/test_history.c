/* test_history.c: the judge of stale answers: what an MMU may still remember (B1 B2 B6 B15 B16). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "history.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, G = 32, A = 64, D = 128, RWX = V | R | W | X | A | D };
#define PPN(ppn) ((uint64_t)(ppn) << 10)
#define NAPOT64K (UINT64_C(1) << 63 | PPN(8))

/* Sv39. VA is in page 3 of table LOW, which hangs below MID and ROOT; so is NEXT, a page on. */
enum { ROOT = 0x100, MID = 0x101, LOW = 0x102, OTHER = 0x103, ASID = 5, ASID2 = 6 };
#define VA UINT64_C(0x40403123)
#define NEXT (VA + 0x1000)

static const uint64_t root_pte = ROOT * 4096 + 1 * 8, mid_pte = MID * 4096 + 2 * 8,
                      low_pte = LOW * 4096 + 3 * 8, other_pte = OTHER * 4096 + 3 * 8;

static uint64_t satp(unsigned asid, unsigned root)
{
    return UINT64_C(8) << 60 | (uint64_t)asid << 44 | root;
}

/* Pointers to LOW, and page 0x50 at VA; then a full fence: nothing is past. */
static int open_history(void **state)
{
    struct history *h = history_open(64);

    *state = h;
    history_write(h, root_pte, PPN(MID) | V);
    history_write(h, mid_pte, PPN(LOW) | V);
    history_write(h, low_pte, PPN(0x50) | RWX);
    history_satp(h, satp(ASID, ROOT));
    history_fence(h, &(struct atlas_fence){0});
    return 0;
}

static int close_history(void **state)
{
    history_close(*state);
    return 0;
}

static struct cold_query query(unsigned acc)
{
    return (struct cold_query){.xlen = 64,
                               .levels = 5,
                               .pa_bits = 56,
                               .va = VA,
                               .acc = (uint8_t)acc,
                               .priv = ATLAS_PRIV_S,
                               .napote = true};
}

/* May a load of VA come to this page? */
static bool may_be(struct history *h, uint64_t ppn)
{
    struct cold_query q = query(ATLAS_ACC_LOAD);
    struct history_answer a = {.pa = ppn << 12 | (VA & 0xfff)};

    return history_legal(h, &q, &a);
}

/* May an access of VA take a page fault? */
static bool may_fault(struct history *h, unsigned acc)
{
    struct cold_query q = query(acc);

    return history_legal(h, &q, &(struct history_answer){.fault = true});
}

static void fence_va(struct history *h, uint64_t va)
{
    history_fence(h, &(struct atlas_fence){.has_va = true, .va = va});
}

static void fence_asid(struct history *h, uint16_t asid)
{
    history_fence(h, &(struct atlas_fence){.has_asid = true, .asid = asid});
}

static void fence_both(struct history *h, uint64_t va, uint16_t asid)
{
    history_fence(h, &(struct atlas_fence){true, true, va, asid});
}

static void fence_all(struct history *h)
{
    history_fence(h, &(struct atlas_fence){0});
}

/* ---- Leaves -------------------------------------------------------------------------------- */

static void what_is_there_now_is_legal_and_nothing_else(void **state)
{
    struct history *h = *state;
    struct cold_query q = query(ATLAS_ACC_LOAD);

    assert_true(may_be(h, 0x50));
    assert_false(may_be(h, 0x51));
    assert_false(may_fault(h, ATLAS_ACC_LOAD));
    assert_false(history_legal(h, &q, &(struct history_answer){.pa = 0x50123, .level = 1}));
}

static void an_old_leaf_stays_legal_until_a_fence_that_covers_it(void **state)
{
    const struct {
        struct atlas_fence fence;
        bool covers, covers_global;
    } cases[] = {
        {{0}, true, true},
        {{.has_va = true, .va = VA}, true, true},
        {{.has_va = true, .va = VA ^ 0xfff}, true, true},
        {{.has_va = true, .va = NEXT}, false, false},
        {{.has_va = true, .va = VA | UINT64_C(1) << 39}, false, false}, /* non-canonical */
        {{.has_va = true, .va = VA | UINT64_C(1) << 63}, false, false},
        {{.has_asid = true, .asid = ASID}, true, false},
        {{.has_asid = true, .asid = ASID2}, false, false},
        {{true, true, VA, ASID}, true, false},
        {{true, true, VA, ASID2}, false, false},
        {{true, true, NEXT, ASID}, false, false},
    };

    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned global = 0; global < 2; global++) {
            struct history *h = *state;

            history_write(h, low_pte, PPN(0x50) | RWX | (global ? G : 0));
            fence_all(h);
            history_write(h, low_pte, PPN(0x60) | RWX | (global ? G : 0));
            assert_true(may_be(h, 0x50));
            assert_true(may_be(h, 0x60));
            history_fence(h, &cases[i].fence);
            assert_int_equal(may_be(h, 0x50), !(global ? cases[i].covers_global : cases[i].covers));
            assert_true(may_be(h, 0x60));
        }
    }
}

static void every_value_since_the_fence_is_legal(void **state)
{
    struct history *h = *state;

    for (unsigned i = 0x51; i < 0x60; i++)
        history_write(h, low_pte, PPN(i) | RWX);
    for (unsigned i = 0x50; i < 0x60; i++)
        assert_true(may_be(h, i));
    fence_va(h, VA);
    history_write(h, low_pte, PPN(0x70) | RWX);
    for (unsigned i = 0x50; i < 0x60; i++)
        assert_int_equal(may_be(h, i), i == 0x5f);
    assert_true(may_be(h, 0x70));
}

static void a_value_that_came_back_is_legal_again(void **state)
{
    struct history *h = *state;

    history_write(h, low_pte, PPN(0x60) | RWX);
    fence_va(h, VA);
    history_write(h, low_pte, PPN(0x50) | RWX);
    history_write(h, low_pte, PPN(0x70) | RWX);
    assert_true(may_be(h, 0x50));
    assert_true(may_be(h, 0x60));
}

static void a_fence_inside_a_superpage_covers_all_of_it(void **state)
{
    const struct {
        uint64_t old, va;
        bool covers;
    } cases[] = {
        {PPN(0x200) | RWX, VA ^ 0x1ff000, true},
        {PPN(0x200) | RWX, VA ^ 0x200000, false},
    };

    for (unsigned i = 0; i < 2; i++) {
        struct history *h = *state;
        struct cold_query q = query(ATLAS_ACC_LOAD);
        const struct history_answer old = {.pa = 0x200000 | (VA & 0x1fffff), .level = 1};

        history_write(h, mid_pte, cases[i].old);
        fence_all(h);
        history_write(h, mid_pte, PPN(LOW) | V);
        assert_true(history_legal(h, &q, &old));
        fence_va(h, cases[i].va);
        assert_int_equal(history_legal(h, &q, &old), !cases[i].covers);
        assert_true(may_be(h, 0x50));
    }
}

static void a_fence_inside_a_napot_page_covers_all_of_it(void **state)
{
    for (unsigned page = 0; page < 32; page++) {
        struct history *h = *state;

        history_write(h, low_pte, NAPOT64K | PPN(0x50) | RWX); /* VA comes to 0x53 */
        fence_all(h);
        history_write(h, low_pte, PPN(0x60) | RWX);
        assert_true(may_be(h, 0x53));
        fence_va(h, (VA & ~UINT64_C(0xffff)) + page * 0x1000);
        assert_int_equal(may_be(h, 0x53), page >= 16);
    }
}

/* The page may be remembered by any of its sixteen PTEs, whose A and D bits differ. */
static void a_napot_page_is_legal_by_each_of_its_ptes(void **state)
{
    const uint64_t page = NAPOT64K | PPN(0x50) | RWX, idle = page & ~(uint64_t)(A | D);

    for (unsigned i = 0; i < 32; i++) {
        struct history *h = *state;
        uint64_t pte = LOW * 4096 + i * 8;
        bool alias = i < 16;

        history_write(h, low_pte, idle);
        fence_all(h);
        assert_false(may_be(h, 0x53));
        history_write(h, pte, page & ~(uint64_t)V);
        assert_false(may_be(h, 0x53));
        history_write(h, pte, PPN(0x50) | RWX); /* one page */
        assert_false(may_be(h, 0x53));
        history_write(h, pte, page);
        assert_int_equal(may_be(h, 0x53), alias);
        history_write(h, pte, idle);
        assert_int_equal(may_be(h, 0x53), alias); /* by the past */
        fence_va(h, VA ^ 0xf000);
        assert_false(may_be(h, 0x53));
    }
}

/* ---- Pointers ------------------------------------------------------------------------------ */

static void an_old_pointer_outlives_fences_by_address(void **state)
{
    const struct {
        struct atlas_fence fence;
        bool covers, covers_global;
    } cases[] = {
        {{.has_va = true, .va = VA}, false, false},
        {{true, true, VA, ASID}, false, false},
        {{.has_asid = true, .asid = ASID}, true, false},
        {{.has_asid = true, .asid = ASID2}, false, false},
        {{0}, true, true},
    };

    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned global = 0; global < 2; global++) {
            struct history *h = *state;

            history_write(h, mid_pte, PPN(LOW) | V | (global ? G : 0));
            history_write(h, other_pte, PPN(0x60) | RWX);
            fence_all(h);
            history_write(h, mid_pte, PPN(OTHER) | V);
            assert_true(may_be(h, 0x50));
            history_fence(h, &cases[i].fence);
            assert_int_equal(may_be(h, 0x50), !(global ? cases[i].covers_global : cases[i].covers));
            assert_true(may_be(h, 0x60));
        }
    }
}

/* The pointer was remembered, and its table is read anew. */
static void an_old_pointer_leads_to_a_new_leaf(void **state)
{
    struct history *h = *state;

    history_write(h, other_pte, PPN(0x60) | RWX);
    fence_all(h);
    history_write(h, mid_pte, PPN(OTHER) | V);
    history_write(h, other_pte, PPN(0x61) | RWX);
    history_write(h, low_pte, PPN(0x70) | RWX);
    assert_true(may_be(h, 0x70));
    fence_va(h, VA);
    assert_true(may_be(h, 0x70));
    assert_false(may_be(h, 0x50));
}

static void a_word_that_nobody_wrote_is_never_legal(void **state)
{
    struct history *h = *state;

    history_write(h, mid_pte, PPN(OTHER) | V); /* nothing is known there */
    assert_true(may_be(h, 0x50));
    assert_false(may_fault(h, ATLAS_ACC_LOAD));
    history_write(h, other_pte, PPN(0x60) | RWX);
    assert_true(may_be(h, 0x60));
}

/* ---- satp ---------------------------------------------------------------------------------- */

/* Another root, whose table MID2 leads to OTHER, where VA comes to 0x60. */
static void make_other_root(struct history *h, uint64_t flags)
{
    enum { ROOT2 = 0x110, MID2 = 0x111 };

    history_write(h, ROOT2 * 4096 + 8, PPN(MID2) | V);
    history_write(h, MID2 * 4096 + 16, PPN(OTHER) | V);
    history_write(h, other_pte, PPN(0x60) | RWX | flags);
    fence_all(h);
}

static void an_old_root_is_legal_with_the_same_asid(void **state)
{
    for (unsigned other_asid = 0; other_asid < 2; other_asid++) {
        for (unsigned global = 0; global < 2; global++) {
            struct history *h = *state;

            make_other_root(h, 0);
            history_write(h, low_pte, PPN(0x50) | RWX | (global ? G : 0));
            history_satp(h, satp(ASID, ROOT));
            fence_all(h);
            history_satp(h, satp(other_asid ? ASID2 : ASID, 0x110));
            assert_true(may_be(h, 0x60));
            assert_int_equal(may_be(h, 0x50), !other_asid || global);
            fence_va(h, VA);
            assert_false(may_be(h, 0x50));
        }
    }
}

static void a_fence_of_an_old_root_is_by_its_asid(void **state)
{
    struct history *h = *state;

    make_other_root(h, 0);
    history_satp(h, satp(ASID, 0x110));
    fence_asid(h, ASID2);
    assert_true(may_be(h, 0x50));
    fence_asid(h, ASID);
    assert_false(may_be(h, 0x50));
}

static void what_was_written_before_satp_came_was_never_seen(void **state)
{
    struct history *h = *state;

    make_other_root(h, 0);
    history_write(h, other_pte, PPN(0x61) | RWX);
    history_write(h, other_pte, PPN(0x62) | RWX);
    history_satp(h, satp(ASID2, 0x110));
    assert_false(may_be(h, 0x60));
    assert_false(may_be(h, 0x61));
    assert_true(may_be(h, 0x62));
    history_write(h, other_pte, PPN(0x63) | RWX);
    assert_true(may_be(h, 0x62));
}

static void what_was_written_after_satp_went_was_never_seen(void **state)
{
    struct history *h = *state;

    make_other_root(h, 0);
    history_satp(h, satp(ASID, 0x110)); /* the same ASID: ROOT's translations may stay */
    history_write(h, low_pte, PPN(0x51) | RWX);
    history_write(h, low_pte, PPN(0x52) | RWX);
    assert_true(may_be(h, 0x50));
    assert_false(may_be(h, 0x51));
}

static void bare_mode_remembers_nothing(void **state)
{
    struct history *h = *state;
    struct cold_query q = query(ATLAS_ACC_LOAD);

    history_satp(h, 0);
    assert_false(may_be(h, 0x50));
    assert_true(history_legal(h, &q, &(struct history_answer){.pa = VA}));
    assert_false(may_fault(h, ATLAS_ACC_LOAD));
}

static void more_spaces_than_are_kept_forget_the_oldest(void **state)
{
    struct history *h = *state;

    for (unsigned root = 0x1000; root < 0x1000 + 5000; root++)
        history_satp(h, satp(ASID, root));
    assert_false(may_be(h, 0x50));
    history_satp(h, satp(ASID, ROOT));
    assert_true(may_be(h, 0x50));
}

/* ---- Faults -------------------------------------------------------------------------------- */

/* Many spaces, none of them fenced away, do not hide what the present one may remember. */
static void the_past_of_other_spaces_is_no_burden(void **state)
{
    for (unsigned global = 0; global < 2; global++) {
        struct history *h = *state;
        uint64_t flags = RWX | (global ? G : 0);

        history_write(h, low_pte, PPN(0x50) | flags);
        for (unsigned asid = 100; asid < 800; asid++)
            history_satp(h, satp(asid, ROOT));
        for (unsigned i = 0; i < 200; i++)
            history_write(h, low_pte, PPN(0x1000 + i) | flags);
        assert_true(may_be(h, 0x1000));
        assert_true(may_be(h, 0x50));
        assert_false(may_be(h, 0x2000));
        fence_all(h);
    }
}

static void an_invalid_pte_is_never_remembered(void **state)
{
    struct history *h = *state;

    history_write(h, low_pte, 0);
    assert_true(may_fault(h, ATLAS_ACC_LOAD));
    assert_true(may_be(h, 0x50));
    history_write(h, low_pte, PPN(0x60) | RWX);
    assert_false(may_fault(h, ATLAS_ACC_LOAD)); /* Svvptc */
    history_write(h, mid_pte, 0);
    assert_true(may_fault(h, ATLAS_ACC_LOAD));
    history_write(h, mid_pte, PPN(LOW) | V);
    assert_false(may_fault(h, ATLAS_ACC_LOAD));
}

static void an_old_permission_may_be_remembered(void **state)
{
    struct history *h = *state;
    struct cold_query q = query(ATLAS_ACC_STORE);

    history_write(h, low_pte, PPN(0x50) | V | R | A | D);
    assert_true(may_fault(h, ATLAS_ACC_STORE));
    assert_true(history_legal(h, &q, &(struct history_answer){.pa = 0x50123}));
    fence_va(h, VA);
    assert_false(history_legal(h, &q, &(struct history_answer){.pa = 0x50123}));
    history_write(h, low_pte, PPN(0x50) | RWX);
    assert_true(may_fault(h, ATLAS_ACC_STORE));
    fence_va(h, VA);
    assert_false(may_fault(h, ATLAS_ACC_STORE));
}

static void a_non_canonical_address_is_judged_by_the_present(void **state)
{
    struct history *h = *state;
    struct cold_query q = query(ATLAS_ACC_LOAD);

    q.va |= UINT64_C(1) << 39;
    assert_true(history_legal(h, &q, &(struct history_answer){.fault = true}));
    assert_false(history_legal(h, &q, &(struct history_answer){.pa = 0x50123}));
}

/* ---- A and D ------------------------------------------------------------------------------- */

static void a_leaf_with_its_bits_may_be_held(void **state)
{
    struct history *h = *state;
    struct cold_query q = query(ATLAS_ACC_STORE);
    struct history_answer held = {
        .pa = 0x50123, .held = true, .held_addr = low_pte, .held_bits = A | D};

    q.adue = true;
    history_write(h, low_pte, PPN(0x50) | V | R | W | X | A);
    assert_true(history_legal(h, &q, &held)); /* D was set when it was remembered */
    held.held_addr = mid_pte;
    assert_false(history_legal(h, &q, &held));
    held.held_addr = low_pte;
    fence_va(h, VA);
    assert_false(history_legal(h, &q, &held));
    assert_true(history_legal(h, &q, &(struct history_answer){.pa = 0x50123}));
    held.held_bits = A;
    assert_true(history_legal(h, &q, &held));
}

/* ---- Sv32, and the memory itself ----------------------------------------------------------- */

static void sv32_is_judged_alike(void **state)
{
    struct history *h = history_open(32);
    struct cold_query q = {.xlen = 32,
                           .levels = 2,
                           .pa_bits = 34,
                           .va = 0x00403123,
                           .acc = ATLAS_ACC_LOAD,
                           .priv = ATLAS_PRIV_S};
    const struct history_answer old = {.pa = UINT64_C(0x300050123)};

    (void)state;
    history_write(h, ROOT * 4096 + 4, PPN(LOW) | V);
    history_write(h, LOW * 4096 + 12, PPN(0x300050) | RWX);
    history_satp(h, UINT64_C(1) << 31 | ASID << 22 | ROOT);
    history_write(h, LOW * 4096 + 12, PPN(0x60) | RWX);
    assert_true(history_legal(h, &q, &old));
    fence_both(h, q.va, ASID2);
    assert_true(history_legal(h, &q, &old));
    fence_va(h, q.va ^ 0x1000);
    assert_true(history_legal(h, &q, &old));
    fence_both(h, q.va, ASID);
    assert_false(history_legal(h, &q, &old));
    history_close(h);
}

static void sv32_superpages_have_ten_bits(void **state)
{
    struct cold_query q = {.xlen = 32,
                           .levels = 2,
                           .pa_bits = 34,
                           .va = 0x00403123,
                           .acc = ATLAS_ACC_LOAD,
                           .priv = ATLAS_PRIV_S};
    const struct history_answer old = {.pa = 0x803123, .level = 1};

    (void)state;
    for (unsigned bit = 12; bit < 32; bit++) {
        struct history *h = history_open(32);

        history_write(h, ROOT * 4096 + 4, PPN(0x800) | RWX);
        history_satp(h, UINT64_C(1) << 31 | ASID << 22 | ROOT);
        history_write(h, ROOT * 4096 + 4, PPN(0xc00) | RWX);
        fence_va(h, q.va ^ UINT32_C(1) << bit);
        assert_int_equal(history_legal(h, &q, &old), bit >= 22);
        history_close(h);
    }
}

static void memory_reads_back(void **state)
{
    struct history *h = *state;
    uint64_t value;

    assert_true(history_read(h, &value, low_pte));
    assert_int_equal(value, PPN(0x50) | RWX);
    assert_false(history_read(h, &value, low_pte + 8));
    history_write(h, low_pte, 7);
    fence_all(h);
    assert_true(history_read(h, &value, low_pte));
    assert_int_equal(value, 7);
    assert_int_equal(history_current_satp(h), satp(ASID, ROOT));
}

/* A word with a long past is judged in time: it has many values, and the walk others. */
static void a_long_past_is_judged(void **state)
{
    struct history *h = *state;

    for (unsigned i = 0; i < 3000; i++) {
        history_write(h, low_pte, PPN(0x1000 + i) | RWX);
        history_write(h, mid_pte, PPN(i % 2 ? LOW : OTHER) | V);
    }
    history_write(h, mid_pte, PPN(LOW) | V);
    assert_true(may_be(h, 0x1000 + 2999));
    assert_false(may_be(h, 0x10));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_history, close_history)
    const struct CMUnitTest tests[] = {
        TEST(what_is_there_now_is_legal_and_nothing_else),
        TEST(an_old_leaf_stays_legal_until_a_fence_that_covers_it),
        TEST(every_value_since_the_fence_is_legal),
        TEST(a_value_that_came_back_is_legal_again),
        TEST(a_fence_inside_a_superpage_covers_all_of_it),
        TEST(a_fence_inside_a_napot_page_covers_all_of_it),
        TEST(a_napot_page_is_legal_by_each_of_its_ptes),
        TEST(an_old_pointer_outlives_fences_by_address),
        TEST(an_old_pointer_leads_to_a_new_leaf),
        TEST(a_word_that_nobody_wrote_is_never_legal),
        TEST(an_old_root_is_legal_with_the_same_asid),
        TEST(a_fence_of_an_old_root_is_by_its_asid),
        TEST(what_was_written_before_satp_came_was_never_seen),
        TEST(what_was_written_after_satp_went_was_never_seen),
        TEST(bare_mode_remembers_nothing),
        TEST(more_spaces_than_are_kept_forget_the_oldest),
        TEST(the_past_of_other_spaces_is_no_burden),
        TEST(an_invalid_pte_is_never_remembered),
        TEST(an_old_permission_may_be_remembered),
        TEST(a_non_canonical_address_is_judged_by_the_present),
        TEST(a_leaf_with_its_bits_may_be_held),
        TEST(sv32_is_judged_alike),
        TEST(sv32_superpages_have_ten_bits),
        TEST(memory_reads_back),
        TEST(a_long_past_is_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
