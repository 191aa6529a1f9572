/* test_random: random lockstep with several requests in flight, on every preset.
 *
 *   test_random [--seed N] [--preset NAME] [--transactions N] [--wave FILE]
 *
 * The seed is printed first; on a failure, the command that replays it with a waveform.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "chaos.h"

enum {
    LIMIT = 30000,
    CHECKPOINT = 50000
}; /* cycles: that a request may take; between all-compares */

static struct {
    uint64_t seed, transactions;
    const char *preset, *wave;
} options = {.seed = 1, .transactions = 200000};

static void print_stats(const struct chaos *c, double seconds)
{
    const struct follow_stats *s = follow_stats(c->b->follower);

    print_message("%s: %" PRIu64 " transactions, %" PRIu64 " cycles, %.2f M transactions/s\n",
                  c->b->build->name, s->answers, s->cycles, (double)s->answers / seconds / 1e6);
    print_message(
        "  faults %" PRIu64 ", killed %" PRIu64 ", hits %" PRIu64 " of %" PRIu64
        " looks, L2 hits %" PRIu64 ", PTE reads %" PRIu64 ", cas %" PRIu64 " (%" PRIu64
        " failed), bus errors %" PRIu64 ", fills %" PRIu64 ", shared %" PRIu64 ", aborts %" PRIu64
        ", fences %" PRIu64 ", refills %" PRIu64 ", longest wait %" PRIu64 ", walks at once %u\n",
        s->faults, s->killed, s->hits, s->looks, s->l2_hits, s->reads, s->cas, s->cas_fails,
        s->bus_errors, s->fills, s->shares, s->aborts, s->fences, s->refills, s->longest, s->walks);
}

/* Software fills the TLBs: leaves were taken, and refused for every reason that there is. */
static void assert_all_refilled(const struct chaos *c)
{
    static const unsigned reasons[] = {
        ATLAS_REASON_NONE,    ATLAS_REASON_MODE,       ATLAS_REASON_INVALID, ATLAS_REASON_W_NO_R,
        ATLAS_REASON_NO_LEAF, ATLAS_REASON_MISALIGNED, ATLAS_REASON_A_CLEAR};

    assert_true(c->by_reason[ATLAS_REASON_TLB_MISS] > 0);
    assert_int_equal(c->b->agent.requests, 0);
    for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (c->refills[reasons[i]] == 0)
            fail_msg("no refill with reason %s", atlas_reason_name(reasons[i]));
}

/* Everything that was meant to be tried was tried: else the test shows nothing. */
static void assert_all_tried(const struct chaos *c)
{
    const struct follow_stats *s = follow_stats(c->b->follower);
    const struct atlas_params *p = c->b->p;

    assert_true(s->killed > 0 && s->hits > 0 && s->fills > 0 && s->aborts > 0 && s->fences > 0);
    assert_true(s->l2_hits > 0 || p->l2_sets == 0);
    if (p->sw_refill != 0) {
        assert_all_refilled(c);
        return;
    }
    assert_int_equal(s->walks, p->walks);
    assert_true((s->shares > 0) == (p->walks > 1));
    assert_true(s->cas > 0 && s->cas_fails > 0 && s->bus_errors > 0);
    for (unsigned r = 0; r <= ATLAS_REASON_AD_BUS; r++) {
        bool only64 = r == ATLAS_REASON_MODE || r == ATLAS_REASON_NONCANONICAL ||
                      r == ATLAS_REASON_VA_WIDTH || r == ATLAS_REASON_RESERVED ||
                      r == ATLAS_REASON_NAPOT;
        bool width = r == ATLAS_REASON_PTE_WIDTH || r == ATLAS_REASON_LEAF_WIDTH;

        if ((only64 && p->xlen == 32) || (width && p->xlen == 32 && p->pa_bits == 34) ||
            (width && p->xlen == 64 && p->pa_bits == 56))
            continue;
        if (c->by_reason[r] == 0)
            fail_msg("no answer with reason %s", atlas_reason_name(r));
    }
}

static bool run(struct chaos *c)
{
    bool same = true;

    for (uint64_t cycle = 1; same && c->answers < options.transactions; cycle++) {
        same = chaos_cycle(c);
        if (same && cycle % CHECKPOINT == 0)
            same = bench_checkpoint(c->b);
    }
    return same && bench_checkpoint(c->b);
}

static void random_lockstep(void **state)
{
    const struct rtl_build *build = *state;
    struct bench *b = bench_open(build, options.seed, LIMIT);
    struct chaos c;
    clock_t began = clock();
    bool same;

    if (options.wave != NULL && !rtl_wave(b->rtl, options.wave))
        fail_msg("%s: the waveform cannot be written", options.wave);
    chaos_begin(&c, b, options.seed);
    same = run(&c);
    print_stats(&c, (double)(clock() - began) / CLOCKS_PER_SEC);
    if (!same) {
        const char *text = bench_difference(b);

        print_error("%s\nreplay: build/tests/cosim/test_random --seed %" PRIu64
                    " --preset %s --transactions %" PRIu64 " --wave random.fst\n",
                    text != NULL ? text : "counters differ", options.seed, build->name,
                    options.transactions);
        bench_close(b);
        fail();
    }
    if (options.transactions >= 200000)
        assert_all_tried(&c);
    bench_close(b);
}

static uint64_t number(struct argp_state *state, const char *arg)
{
    char *end;
    uint64_t value;

    errno = 0;
    value = strtoull(arg, &end, 0);
    if (*arg == '-' || *end != '\0' || end == arg || errno != 0)
        argp_error(state, "%s: not a number, expected 0 to 2^64 - 1", arg);
    return value;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    switch (key) {
    case 's': options.seed = number(state, arg); return 0;
    case 'n': options.transactions = number(state, arg); return 0;
    case 'w': options.wave = arg; return 0;
    case 'p':
        options.preset = arg;
        if (bench_build(arg) == NULL)
            argp_error(state, "%s: no such build, expected tiny, rv32, rv64 or full", arg);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"seed", 's', "N", 0, "seed of everything (1)", 0},
    {"preset", 'p', "NAME", 0, "this build only (all that are linked in)", 0},
    {"transactions", 'n', "N", 0, "answers for each build (200000)", 0},
    {"wave", 'w', "FILE", 0, "write a waveform (FST)", 0},
    {0}};

int main(int argc, char **argv)
{
    static const struct argp argp = {
        option_list, parse, NULL, "Random lockstep of the RTL with its twin.", NULL, NULL, NULL};
    struct CMUnitTest tests[64];
    size_t builds, count = 0;
    const struct rtl_build *const *list = rtl_builds(&builds);

    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    print_message("seed %" PRIu64 "\n", options.seed);
    for (size_t i = 0; i < builds && count < 64; i++)
        if (options.preset == NULL || strcmp(options.preset, list[i]->name) == 0)
            tests[count++] = (struct CMUnitTest){list[i]->name, random_lockstep, NULL, NULL,
                                                 (void *)(uintptr_t)list[i]};
    return _cmocka_run_group_tests("random lockstep", tests, count, NULL, NULL) == 0 ? 0 : 1;
}
