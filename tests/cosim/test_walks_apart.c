/* test_walks_apart: whatever befalls one of two walks leaves the other alone: fences, kills, bus
 * errors, updates that fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair.h"

static const uint64_t clean = SCENE_RWXAD & ~ATLAS_MASK(PTE_D);

/* ---- What befalls one of two walks --------------------------------------------------------- */

/* Both pages, different or the same. */
static void each_pair(struct scene *s, void (*test)(struct scene *s, uint64_t va, uint64_t other))
{
    uint64_t va = scene_low(s);

    test(s, va, scene_high(s));
    test(s, va, pair_rival(va));
    test(s, va, va);
}

static void fence_in_every_cycle(struct scene *s, uint64_t va, uint64_t other)
{
    s->b->agent.latency = 3;
    for (unsigned cycle = 0; cycle < pair_limit(s); cycle++) {
        struct pair p = pair_of(s, va, other);

        pair_map(s, va, other, SCENE_RWXAD);
        pair_forget(s, va, other);
        pair_send(&p, 0);
        pair_send(&p, 1);
        scene_cycles(s, cycle);
        scene_map(s, va, 0, scene_pte(s, PPN + 1, SCENE_RWXAD));
        scene_map(s, other, 0, scene_pte(s, PPN + 1, SCENE_RWXAD));
        scene_fence(s, (cycle & 1) != 0 && va == other, va, false, 0);
        scene_expect(s, !mem_agent_busy(&s->b->agent), "no memory request goes on over a fence");
        pair_take(&p);
        pair_run(&p, 0);
        pair_expect(&p, PPN + 1, PPN + 1);
    }
}

/* B2 */
static void fence_in_every_cycle_of_two_walks(struct scene *s)
{
    each_pair(s, fence_in_every_cycle);
}

/* A fence that comes when one of two walks has ended, and memory has not answered the other. */
static void fence_beside_walk(struct scene *s, unsigned walk)
{
    struct pair p = pair_of(s, scene_low(s), scene_high(s));
    struct mem_channel *channel = &s->b->agent.channel[walk];

    pair_map(s, p.req[0].va, p.req[1].va, SCENE_RWXAD);
    pair_forget(s, p.req[0].va, p.req[1].va);
    pair_send(&p, 0); /* walk 0 takes it, and walk 1 the other */
    scene_cycles(s, 1);
    pair_send(&p, 1);
    for (unsigned cycle = 0; !channel->busy && cycle < pair_limit(s); cycle++)
        scene_cycles(s, 1);
    scene_expect(s, channel->busy, "a memory request of this walk");
    channel->held = true;
    p.rsp[walk ^ 1] = scene_take(s, p.port[walk ^ 1]);
    scene_cycles(s, pair_limit(s));
    s->b->in->fence_valid = true;
    s->b->in->fence = (struct atlas_fence){.has_va = true, .va = p.req[0].va};
    for (unsigned cycle = 0; cycle < pair_limit(s); cycle++) {
        scene_cycles(s, 1);
        scene_expect(s, !s->b->out->fence_done, "no end of the fence before memory has answered");
    }
    channel->held = false;
    p.rsp[walk] = scene_take(s, p.port[walk]);
    pair_expect(&p, PPN, OTHER_PPN);
}

/* B2 */
static void fence_waits_for_either_walk(struct scene *s)
{
    s->b->agent.latency = 3;
    fence_beside_walk(s, 0);
    fence_beside_walk(s, 1);
}

static void kill_in_every_cycle(struct scene *s, uint64_t va, uint64_t other)
{
    s->b->agent.latency = 2;
    for (unsigned cycle = 0; cycle < 2 * pair_limit(s); cycle++) {
        struct pair p = pair_of(s, va, other);
        unsigned victim = cycle & 1;

        pair_map(s, va, other, SCENE_RWXAD);
        pair_forget(s, va, other);
        pair_send(&p, 0);
        pair_send(&p, 1);
        scene_cycles(s, cycle / 2);
        s->b->in->port[p.port[victim]].kill_valid = true;
        s->b->in->port[p.port[victim]].kill_id = p.req[victim].id;
        pair_take(&p);
        scene_expect(s, !p.rsp[victim ^ 1].killed, "the other request lives");
        if (p.rsp[victim].killed) {
            const struct atlas_rsp killed = {.pa = pair_pa(PPN, 0)};

            p.rsp[victim] = killed;
        }
        scene_expect(s,
                     p.rsp[victim ^ 1].pa == pair_pa(victim == 1 || va == other ? PPN : OTHER_PPN,
                                                     p.req[victim ^ 1].va),
                     "and is answered");
        pair_run(&p, 0);
        pair_expect(&p, PPN, va == other ? PPN : OTHER_PPN);
    }
}

/* B4 */
static void kill_in_every_cycle_of_two_walks(struct scene *s)
{
    each_pair(s, kill_in_every_cycle);
}

/* B7: an error ends the walk that met it. */
static void bus_error_of_one_walk(struct scene *s)
{
    uint64_t va = scene_low(s), other = scene_high(s);

    for (unsigned i = 0; i < 2 * s->levels; i++) {
        struct pair p = pair_of(s, va, other);
        unsigned victim = i & 1;

        scene_again(s);
        pair_map(s, va, other, SCENE_RWXAD);
        s->b->agent.latency = 1 + i;
        /* Below the root the two walks read different tables. */
        scene_fail(s, p.req[victim].va, i / 2 < s->levels - 1 ? i / 2 : 0, false);
        pair_run(&p, 0);
        scene_expect(s, p.rsp[victim].reason == ATLAS_REASON_PTE_BUS, "the walk with the error");
        scene_expect(s, !p.rsp[victim ^ 1].fault, "the other walk");
        pair_run(&p, 0);
        pair_expect(&p, PPN, OTHER_PPN);
    }
}

/* B7: the error ends one walk; who waited for it walks. */
static void bus_error_of_a_shared_walk(struct scene *s)
{
    for (unsigned level = 0; level < s->levels; level++) {
        struct pair p = pair_of(s, scene_low(s), scene_low(s));

        scene_again(s);
        scene_map(s, p.req[0].va, 0, scene_pte(s, PPN, SCENE_RWXAD));
        scene_fail(s, p.req[0].va, level, false);
        pair_run(&p, 1);
        scene_expect(s, p.rsp[0].reason == ATLAS_REASON_PTE_BUS, "the walk with the error");
        scene_expect(s, p.rsp[1].pa == pair_pa(PPN, p.req[1].va), "the one that waited for it");
    }
}

static uint64_t failed_updates(const struct scene *s)
{
    return follow_stats(s->b->follower)->cas_fails;
}

/* Change the PTE of one page in every cycle of two walks that set its D. */
static void change_in_every_cycle(struct scene *s, uint64_t va, uint64_t other)
{
    uint64_t rsw = ATLAS_SET(PTE_RSW, 1), failed = failed_updates(s);

    for (unsigned cycle = 0; cycle < 2 * (pair_limit(s) + 8); cycle++) {
        struct pair p = pair_of(s, va, other);
        uint64_t pte;

        p.req[0].acc = p.req[1].acc = ATLAS_ACC_STORE;
        pair_map(s, va, other, clean);
        pair_forget(s, va, other);
        pair_send(&p, 0);
        pair_send(&p, 1);
        scene_cycles(s, cycle / 2);
        pte = scene_get(s, p.req[cycle & 1].va, 0);
        scene_set(s, p.req[cycle & 1].va, 0, pte | rsw);
        pair_take(&p);
        pair_expect(&p, PPN, va == other ? PPN : OTHER_PPN);
        pte = scene_pte(s, cycle & 1 && va != other ? OTHER_PPN : PPN, SCENE_RWXAD | rsw);
        scene_expect(s, scene_get(s, p.req[cycle & 1].va, 0) == pte, "the change, and D");
        pair_expect_hits(&p, PPN, va == other ? PPN : OTHER_PPN);
    }
    scene_expect(s, failed_updates(s) > failed, "a compare-and-swap that fails");
}

/* B22 */
static void failed_update_in_one_of_two_walks(struct scene *s)
{
    s->b->in->cfg.adue = true;
    s->b->agent.latency = 3;
    each_pair(s, change_in_every_cycle);
}

PAIR_TEST(fence_in_every_cycle_of_two_walks)
PAIR_TEST(fence_waits_for_either_walk)
PAIR_TEST(kill_in_every_cycle_of_two_walks)
PAIR_TEST(bus_error_of_one_walk)
PAIR_TEST(bus_error_of_a_shared_walk)
PAIR_TEST(failed_update_in_one_of_two_walks)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fence_in_every_cycle_of_two_walks),
        cmocka_unit_test(test_fence_waits_for_either_walk),
        cmocka_unit_test(test_kill_in_every_cycle_of_two_walks),
        cmocka_unit_test(test_bus_error_of_one_walk),
        cmocka_unit_test(test_bus_error_of_a_shared_walk),
        cmocka_unit_test(test_failed_update_in_one_of_two_walks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
