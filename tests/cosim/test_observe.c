/* test_observe: the RTL that is tested (OBSERVE = 1) does what the RTL in a SoC does (OBSERVE = 0).
 * Two builds of each kind, hits of one cycle and of two; the same inputs in every cycle: ready,
 * answers, memory requests and counters are equal in every cycle. What only tests use is dead in
 * the hidden one: its events are 0, a read-back is not taken, and it makes no soft errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chaos.h"
#include "lockstep_text.h"

/* As FOUR_PORTS and FAST in the Makefile; both with parity. */
#define FOUR_PORTS                                                                                 \
    "full:PA_BITS=40,PORTS=4,ID_BITS=16,L1_SETS=4,L1_BIG=8,L1_SIDE=2,L2_SETS=2,L2_WAYS=4,"         \
    "L2_BIG=2,FENCE_PTRS=0,WALKS=3,CTR_BITS=7"
#define FAST "full:PORTS=3,ID_BITS=6,L1_SETS=8,L1_BIG=2,L1_SIDE=2,L2_SETS=4,L2_BIG=0,HIT_LATENCY=2"

enum { LIMIT = 30000, CYCLES = 150000, SEEDS = 2, COUNTERS = 64 };

/* The builds of the same parameters with OBSERVE = 0; they are in no table. */
typedef struct rtl *open_hidden(const struct rtl_build *build, uint64_t seed);
open_hidden rtl_open_hidden, rtl_open_hidden_fast;

struct pair {
    struct bench *b; /* the build with OBSERVE = 1 */
    struct rtl *hidden;
    struct rng rng;
    uint64_t cycles, answers, requests; /* that were equal */
    const char *difference;
};

static void differs(struct pair *p, bool holds, const char *what)
{
    if (!holds && p->difference == NULL)
        p->difference = what;
}

/* Of a killed request only the id counts. */
static bool same_rsp(const struct atlas_rsp *a, const struct atlas_rsp *b)
{
    return a->killed ? b->killed && a->id == b->id : lockstep_same_rsp(a, b);
}

static void compare_port(struct pair *p, unsigned k, const struct rtl_out *seen,
                         const struct rtl_out *hidden)
{
    differs(p, seen->port[k].req_ready == hidden->port[k].req_ready, "s_req_ready");
    differs(p, seen->port[k].rsp_valid == hidden->port[k].rsp_valid, "s_rsp_valid");
    if (seen->port[k].rsp_valid)
        differs(p, same_rsp(&seen->port[k].rsp, &hidden->port[k].rsp), "s_rsp");
    differs(p,
            !hidden->port[k].look && !hidden->port[k].hit && !hidden->port[k].fill &&
                !hidden->port[k].share,
            "ev_look, ev_hit, ev_fill or ev_share is not 0");
    p->answers += seen->port[k].rsp_valid;
}

static void compare_memory(struct pair *p, unsigned w, const struct rtl_out *seen,
                           const struct rtl_out *hidden)
{
    differs(p, seen->mem[w].req_valid == hidden->mem[w].req_valid, "m_mem_req_valid");
    if (!seen->mem[w].req_valid)
        return;
    differs(p, seen->mem[w].req_cas == hidden->mem[w].req_cas, "m_mem_req_cas");
    differs(p, seen->mem[w].req_addr == hidden->mem[w].req_addr, "m_mem_req_addr");
    if (seen->mem[w].req_cas)
        differs(p,
                seen->mem[w].req_old == hidden->mem[w].req_old &&
                    seen->mem[w].req_new == hidden->mem[w].req_new,
                "m_mem_req_old, _new");
    p->requests++;
}

static bool has_event(const struct rtl_out *out, unsigned w)
{
    return out->walk[w].begin || out->walk[w].step || out->walk[w].cas || out->walk[w].end ||
           out->walk[w].l2_fill || out->walk[w].abort || out->walk[w].port != 0;
}

static void compare(struct pair *p, const struct rtl_out *seen, const struct rtl_out *hidden)
{
    for (unsigned k = 0; k < p->b->p->ports; k++)
        compare_port(p, k, seen, hidden);
    for (unsigned w = 0; w < p->b->p->walks; w++) {
        compare_memory(p, w, seen, hidden);
        differs(p, !has_event(hidden, w), "an event is not 0");
    }
    differs(p, seen->fence_ready == hidden->fence_ready, "s_fence_ready");
    differs(p, seen->fence_done == hidden->fence_done, "s_fence_done");
    differs(p, seen->satp_ok == hidden->satp_ok, "cfg_satp_ok");
    differs(p, seen->ctr_value == hidden->ctr_value, "ctr_value");
    differs(p, !hidden->rb_req_ready && !hidden->rb_rsp_valid, "a read-back is answered");
}

/* The cycle of the bench, in the hidden build; there with read-backs and soft errors. */
static void same_cycle(void *ctx, const struct rtl_in *in, const struct rtl_out *out)
{
    struct pair *p = ctx;
    struct rtl_in *hidden = rtl_in(p->hidden);

    *hidden = *in;
    hidden->rb_req_valid = rng_one_in(&p->rng, 8);
    hidden->rb_array = (unsigned)rng_below(&p->rng, 4);
    hidden->flip_valid = rng_one_in(&p->rng, 2);
    hidden->flip_ram = (unsigned)rng_below(&p->rng, 3);
    hidden->flip_port = (unsigned)rng_below(&p->rng, p->b->p->ports);
    hidden->flip_bit = (unsigned)rng_below(&p->rng, 90);
    rtl_eval(p->hidden);
    compare(p, out, rtl_out(p->hidden));
    rtl_clock(p->hidden);
    p->cycles++;
}

/* As the bench does it: in reset for one cycle, and then up to the cycle in which all is ready. */
static void reset_hidden(struct pair *p)
{
    struct rtl_in *in = rtl_in(p->hidden);

    in->rst = true;
    rtl_eval(p->hidden);
    rtl_clock(p->hidden);
    in->rst = false;
    rtl_eval(p->hidden);
    for (unsigned i = 0; !rtl_out(p->hidden)->port[0].req_ready && i < LIMIT; i++) {
        rtl_clock(p->hidden);
        rtl_eval(p->hidden);
    }
}

static void run(const struct rtl_build *build, open_hidden *open, uint64_t seed)
{
    struct pair p = {.b = bench_open(build, seed, LIMIT), .hidden = open(build, ~seed)};
    struct chaos c;

    rng_seed(&p.rng, seed);
    reset_hidden(&p);
    p.b->watch = same_cycle;
    p.b->watch_ctx = &p;
    chaos_begin(&c, p.b, seed);
    c.no_read_back = true; /* it would take time that the hidden one does not need */
    while (p.cycles < CYCLES && p.difference == NULL) {
        p.b->in->ctr_sel = (unsigned)(p.cycles % COUNTERS);
        if (!chaos_cycle(&c))
            fail_msg("seed %llu: %s", (unsigned long long)seed, bench_difference(p.b));
    }
    if (p.difference != NULL)
        fail_msg("seed %llu, cycle %llu: with OBSERVE = 0: %s", (unsigned long long)seed,
                 (unsigned long long)p.cycles, p.difference);
    print_message("  seed %llu: %llu cycles, %llu with an answer, %llu with a memory request\n",
                  (unsigned long long)seed, (unsigned long long)p.cycles,
                  (unsigned long long)p.answers, (unsigned long long)p.requests);
    assert_true(p.answers > CYCLES / 16 && p.requests > CYCLES / 16);
    rtl_close(p.hidden);
    bench_close(p.b);
}

static void run_seeds(const char *name, unsigned hit_latency, open_hidden *open)
{
    const struct rtl_build *build = bench_build(name);

    assert_non_null(build);
    assert_int_equal(build->params.hit_latency, hit_latency);
    assert_true(build->params.parity != 0 && build->params.walks > 1);
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(build, open, seed);
}

static void with_observe_0_every_cycle_is_the_same(void **state)
{
    (void)state;
    run_seeds(FOUR_PORTS, 1, rtl_open_hidden);
}

static void with_hits_of_two_cycles_too(void **state)
{
    (void)state;
    run_seeds(FAST, 2, rtl_open_hidden_fast);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_observe_0_every_cycle_is_the_same),
        cmocka_unit_test(with_hits_of_two_cycles_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
