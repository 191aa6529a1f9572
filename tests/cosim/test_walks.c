/* test_walks: several misses at once, with WALKS = 2 or more: they do not wait for each other, and
 * those on one page share a walk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair.h"

static const uint64_t clean = SCENE_RWXAD & ~ATLAS_MASK(PTE_D);

/* ---- Time ---------------------------------------------------------------------------------- */

static const unsigned latencies[] = {1, 2, 10, 30};

static void two_misses_take_the_time_of_one(struct scene *s)
{
    uint64_t va = scene_low(s), other = scene_high(s);

    for (unsigned i = 0; i < sizeof latencies / sizeof latencies[0]; i++) {
        struct pair p = pair_of(s, va, other);
        uint64_t walk, first;

        s->b->agent.latency = latencies[i];
        pair_map(s, va, other, SCENE_RWXAD);
        pair_forget(s, va, other);
        pair_run(&p, 0);
        pair_expect(&p, PPN, OTHER_PPN);
        walk = pair_cycles(s);
        first = p.took[0] < p.took[1] ? p.took[0] : p.took[1];
        scene_expect(s, p.reads == 2 * pair_reads(s), "two walks");
        scene_expect(s, first == walk, "the cycles of one walk alone");
        scene_expect(s, p.took[0] + p.took[1] == 2 * walk + 1, "one cycle more, for the arbiter");
        pair_expect_hits(&p, PPN, OTHER_PPN);
    }
}

static void a_hit_under_a_walk(struct scene *s)
{
    struct pair p = pair_of(s, scene_low(s), scene_high(s));

    pair_map(s, p.req[0].va, p.req[1].va, SCENE_RWXAD);
    pair_forget(s, p.req[0].va, p.req[1].va);
    pair_run(&p, 0);
    s->b->agent.latency = 30;
    p.req[0].va = pair_rival(p.req[0].va); /* misses; the other one hits */
    scene_map(s, p.req[0].va, 0, scene_pte(s, PPN, SCENE_RWXAD));
    pair_run(&p, 7);
    pair_expect(&p, PPN, OTHER_PPN);
    scene_expect(s, p.took[1] == 7 + s->b->p->hit_latency && p.took[0] > 30,
                 "a hit in the cycles of a hit");
}

/* ---- One page ------------------------------------------------------------------------------ */

static void expect_shared(struct scene *s, unsigned level, unsigned acc)
{
    struct pair p = pair_of(s, scene_low(s), scene_low(s) ^ 0x123);
    uint64_t ppn = level == 0 ? PPN : 4 * scene_page_size(s, level) / ATLAS_PAGE_SIZE;
    uint64_t inside = p.req[0].va % scene_page_size(s, level) / ATLAS_PAGE_SIZE;
    uint64_t requests, shares = pair_shared(s), walk;

    scene_again(s);
    s->b->agent.latency = latencies[acc];
    p.req[1].acc = (uint8_t)acc;
    scene_map(s, p.req[0].va, level, scene_pte(s, ppn, SCENE_RWXAD));
    requests = scene_requests(s);
    pair_run(&p, 0);
    pair_expect(&p, ppn + inside, ppn + inside);
    walk = pair_to_walk(s) + (s->levels - level) * (s->b->agent.latency + 1) + 3;
    scene_expect(s, scene_requests(s) - requests == s->levels - level, "one walk's reads");
    scene_expect(s, pair_shared(s) == shares + 1, "a shared result");
    scene_expect(s, p.took[0] + p.took[1] == 2 * walk + 1, "the sharer a cycle behind the walk");
    pair_expect_hits(&p, ppn + inside, ppn + inside);
}

/* Whatever the page's size, and whichever access joins. */
static void one_page_is_walked_once(struct scene *s)
{
    for (unsigned level = 0; level < s->levels - 1; level++)
        for (unsigned acc = ATLAS_ACC_FETCH; acc <= ATLAS_ACC_AMO; acc++)
            expect_shared(s, level, acc);
}

/* A request that comes in any cycle of the walk, and after it, reads nothing of its own; the L2
 * answers once it holds the page. */
static void one_page_in_every_cycle_of_a_walk(struct scene *s)
{
    uint64_t va = scene_high(s);

    s->b->agent.latency = 3;
    for (unsigned later = 0; later < pair_limit(s); later++) {
        struct pair p = pair_of(s, va, va);

        pair_map(s, va, va, SCENE_RWXAD);
        scene_fence(s, false, 0, false, 0);
        pair_run(&p, later);
        pair_expect(&p, PPN, PPN);
        scene_expect(s, p.reads == s->levels, "one walk");
    }
}

/* A leaf that does not let the second request in leaves it to a walk of its own. */
static void what_a_leaf_refuses_is_not_shared(struct scene *s)
{
    static const struct {
        uint64_t off; /* flags that the page lacks */
        unsigned acc; /* of the second request */
        bool user;    /* the second request is */
        unsigned reason;
    } rows[] = {
        {ATLAS_MASK(PTE_X), ATLAS_ACC_FETCH, false, ATLAS_REASON_NO_X},
        {ATLAS_MASK(PTE_W), ATLAS_ACC_STORE, false, ATLAS_REASON_NO_W},
        {ATLAS_MASK(PTE_W), ATLAS_ACC_AMO, false, ATLAS_REASON_NO_W},
        {0, ATLAS_ACC_LOAD, true, ATLAS_REASON_S_PAGE},
        {ATLAS_MASK(PTE_D), ATLAS_ACC_STORE, false, ATLAS_REASON_D_CLEAR},
    };

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair p = pair_of(s, scene_low(s), scene_low(s));
        uint64_t shares = pair_shared(s);

        scene_again(s);
        p.req[1].acc = (uint8_t)rows[i].acc;
        p.req[1].priv = rows[i].user ? ATLAS_PRIV_U : ATLAS_PRIV_S;
        scene_map(s, p.req[0].va, 0, scene_pte(s, PPN, SCENE_RWXAD & ~rows[i].off));
        pair_run(&p, 1);
        scene_expect(s, p.rsp[0].pa == pair_pa(PPN, p.req[0].va), "the first is let in");
        scene_expect(s, p.rsp[1].reason == rows[i].reason, "the second is not");
        scene_expect(s, p.reads == 2 * s->levels && pair_shared(s) == shares, "a walk of its own");
    }
}

/* A store that finds the page clean sets D in a walk of its own. */
static void a_clean_leaf_is_not_shared_with_a_store(struct scene *s)
{
    struct pair p = pair_of(s, scene_low(s), scene_low(s));

    s->b->in->cfg.adue = true;
    p.req[1].acc = ATLAS_ACC_STORE;
    scene_map(s, p.req[0].va, 0, scene_pte(s, PPN, clean));
    pair_run(&p, 1);
    pair_expect(&p, PPN, PPN);
    scene_expect(s, scene_get(s, p.req[0].va, 0) == scene_pte(s, PPN, SCENE_RWXAD), "D is set");
    pair_expect_hits(&p, PPN, PPN);
}

/* A walk that faults tells the other port nothing. */
static void a_fault_is_not_shared(struct scene *s)
{
    struct pair p = pair_of(s, scene_low(s), scene_low(s));

    scene_map(s, p.req[0].va, 0, scene_pte(s, PPN, SCENE_RWXAD & ~ATLAS_MASK(PTE_V)));
    pair_run(&p, 1);
    scene_expect(s, p.rsp[0].reason == ATLAS_REASON_INVALID, "the first faults");
    scene_expect(s, p.rsp[1].reason == ATLAS_REASON_INVALID, "and so does the second");
    scene_expect(s, p.reads == 2 * s->levels, "of a walk of its own");
}

/* What the second request samples otherwise. */
static void change_configuration(struct scene *s, unsigned what)
{
    struct atlas_cfg *cfg = &s->b->in->cfg;

    switch (what) {
    case 0: scene_satp(s, s->root, 2); break;
    case 1: scene_satp(s, s->root + 0x800, 1); break; /* a root of its own */
    case 2: cfg->adue = !cfg->adue; break;
    case 3: cfg->pbmte = !cfg->pbmte; break;
    case 4: cfg->napote = !cfg->napote; break;
    default: cfg->tlb_off = true; break;
    }
}

/* Only requests with the same space and the same rules share. */
static void another_configuration_is_not_shared(struct scene *s)
{
    for (unsigned what = 0; what < 6; what++) {
        struct pair p = pair_of(s, scene_low(s), scene_low(s));
        struct atlas_cfg cfg;
        uint64_t root, shares = pair_shared(s);

        scene_again(s);
        cfg = s->b->in->cfg;
        root = s->root;
        s->b->agent.latency = 10;
        scene_map(s, p.req[0].va, 0, scene_pte(s, PPN, SCENE_RWXAD));
        s->root = root + 0x800;
        s->frame = s->root + 1;
        scene_map(s, p.req[0].va, 0, scene_pte(s, OTHER_PPN, SCENE_RWXAD));
        s->root = root;
        pair_send(&p, 0);
        scene_cycles(s, 3);
        change_configuration(s, what);
        pair_send(&p, 1);
        pair_take(&p);
        pair_expect(&p, PPN, what == 1 ? OTHER_PPN : PPN);
        scene_expect(s, pair_shared(s) == shares, "nothing is shared");
        s->b->in->cfg = cfg;
        s->root = root;
    }
}

/* ---- Memory, L2, order --------------------------------------------------------------------- */

/* The channel on which a request for the PTE of va was taken last. */
static struct mem_channel *channel_of(struct scene *s, uint64_t va, unsigned level)
{
    uint64_t addr = scene_pte_addr(s, va, level);

    for (unsigned i = 0; i < 100; i++) {
        for (unsigned w = 0; w < s->b->p->walks; w++)
            if (s->b->agent.channel[w].busy && s->b->agent.channel[w].request.addr == addr)
                return &s->b->agent.channel[w];
        scene_cycles(s, 1);
    }
    fail_msg("%s: no channel reads the PTE", s->label);
    return NULL;
}

/* A channel that does not answer stops the walk of one port, and a fence. */
static void a_stalled_channel_stops_one_walk(struct scene *s)
{
    uint64_t va = scene_high(s), page = scene_low(s);
    struct pair p = pair_of(s, va, page);
    struct mem_channel *channel;

    s->b->agent.latency = 5;
    pair_map(s, va, page, SCENE_RWXAD);
    pair_send(&p, 0);
    channel = channel_of(s, va, 0);
    channel->held = true;
    for (unsigned i = 0; i < 40; i++) {
        p.req[1].va = page + i * ATLAS_PAGE_SIZE;
        scene_map(s, p.req[1].va, 0, scene_pte(s, OTHER_PPN + i, SCENE_RWXAD));
        pair_send(&p, 1);
        p.rsp[1] = scene_take(s, p.port[1]);
        scene_expect(s, p.rsp[1].pa == pair_pa(OTHER_PPN + i, p.req[1].va),
                     "the other port goes on");
    }
    s->b->in->fence_valid = true;
    s->b->in->fence = (struct atlas_fence){.has_va = true};
    scene_cycles(s, 100);
    scene_expect(s, bench_open_requests(s->b, p.port[0]) == 1, "the walk waits");
    scene_expect(s, s->b->agent.channel[0].busy || s->b->agent.channel[1].busy, "for memory");
    channel->held = false;
    scene_expect(s, scene_take(s, p.port[0]).pa == pair_pa(PPN, va), "and ends");
}

/* Keep the channel of one walk for some cycles at its last read; do both walks end in one cycle? */
static bool ends_meet(struct pair *p, unsigned late, unsigned hold)
{
    struct bench *b = p->s->b;
    struct mem_channel *channel;
    bool meet = false;

    pair_send(p, 0);
    pair_send(p, 1);
    channel = channel_of(p->s, p->req[late].va, 0);
    for (unsigned i = 0;
         bench_open_requests(b, p->port[0]) + bench_open_requests(b, p->port[1]) > 0; i++) {
        channel->held = i < hold;
        scene_cycles(p->s, 1);
        meet = meet || (b->out->walk[0].end && b->out->walk[1].end);
    }
    pair_take(p);
    return meet;
}

/* Two leaves for one set of the L2 in one cycle: both are there afterwards. */
static void two_fills_of_the_l2_at_once(struct scene *s)
{
    uint64_t va = scene_low(s), other = pair_rival(va);
    unsigned met = 0;

    for (unsigned i = 0; i < 24; i++) {
        struct pair p = pair_of(s, va, other), crossed = pair_of(s, other, va);

        pair_map(s, va, other, SCENE_RWXAD);
        pair_forget(s, va, other);
        met += ends_meet(&p, i & 1, i / 2);
        pair_expect(&p, PPN, OTHER_PPN);
        pair_run(&crossed, 0);
        pair_expect(&crossed, OTHER_PPN, PPN);
        scene_expect(s, crossed.reads == 0 || s->b->p->l2_sets == 0, "the L2 holds both");
    }
    scene_expect(s, met > 0, "two walks that end in one cycle");
    scene_state(s);
}

/* A walk begins in every cycle of another, the end and the L2's fill among them. */
static void a_second_walk_in_every_cycle(struct scene *s)
{
    uint64_t va = scene_low(s), other = pair_rival(va);

    s->b->agent.latency = 2;
    for (unsigned later = 0; later < pair_limit(s); later++) {
        struct pair p = pair_of(s, va, other);
        uint64_t walk = pair_cycles(s);

        pair_map(s, va, other, SCENE_RWXAD);
        pair_forget(s, va, other);
        pair_run(&p, later);
        pair_expect(&p, PPN, OTHER_PPN);
        scene_expect(s, p.reads == 2 * pair_reads(s), "two walks");
        scene_expect(s, p.took[0] <= walk + 1 && p.took[1] <= later + walk + 2,
                     "a walk alone, and the wait for the arbiter or for a fill of the L2");
    }
}

static void answers_in_order_of_each_port(struct scene *s)
{
    enum { COUNT = 8 };

    s->b->agent.stalls = true;
    for (unsigned round = 0; round < 8; round++) {
        scene_fence(s, false, 0, false, 0);
        for (unsigned i = 0; i < COUNT; i++)
            for (unsigned k = 0; k < 2; k++) { /* misses, shared ones and hits */
                struct atlas_req req =
                    scene_req(scene_low(s) + (i * (k + 1) % 5) * ATLAS_PAGE_SIZE, ATLAS_ACC_LOAD);

                req.id = i;
                scene_map(s, req.va, 0, scene_pte(s, PPN + i * (k + 1) % 5, SCENE_RWXAD));
                bench_send(s->b, k, &req);
            }
        for (unsigned i = 0; i < COUNT; i++)
            for (unsigned k = 0; k < 2; k++) {
                struct atlas_rsp rsp = scene_take(s, k);

                scene_expect(s, rsp.id == i && rsp.pa >> 12 == PPN + i * (k + 1) % 5, "in order");
            }
    }
}

PAIR_TEST(two_misses_take_the_time_of_one)
PAIR_TEST(a_hit_under_a_walk)
PAIR_TEST(one_page_is_walked_once)
PAIR_TEST(one_page_in_every_cycle_of_a_walk)
PAIR_TEST(what_a_leaf_refuses_is_not_shared)
PAIR_TEST(a_clean_leaf_is_not_shared_with_a_store)
PAIR_TEST(a_fault_is_not_shared)
PAIR_TEST(another_configuration_is_not_shared)
PAIR_TEST(a_stalled_channel_stops_one_walk)
PAIR_TEST(two_fills_of_the_l2_at_once)
PAIR_TEST(a_second_walk_in_every_cycle)
PAIR_TEST(answers_in_order_of_each_port)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_misses_take_the_time_of_one),
        cmocka_unit_test(test_a_hit_under_a_walk),
        cmocka_unit_test(test_one_page_is_walked_once),
        cmocka_unit_test(test_one_page_in_every_cycle_of_a_walk),
        cmocka_unit_test(test_what_a_leaf_refuses_is_not_shared),
        cmocka_unit_test(test_a_clean_leaf_is_not_shared_with_a_store),
        cmocka_unit_test(test_a_fault_is_not_shared),
        cmocka_unit_test(test_another_configuration_is_not_shared),
        cmocka_unit_test(test_a_stalled_channel_stops_one_walk),
        cmocka_unit_test(test_two_fills_of_the_l2_at_once),
        cmocka_unit_test(test_a_second_walk_in_every_cycle),
        cmocka_unit_test(test_answers_in_order_of_each_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
