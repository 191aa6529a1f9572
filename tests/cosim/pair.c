#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SETTLE = 4 };

uint64_t pair_pa(uint64_t ppn, uint64_t va)
{
    return ppn * ATLAS_PAGE_SIZE + va % ATLAS_PAGE_SIZE;
}

static unsigned port_beside(const struct scene *s)
{
    return (s->port + 1) % s->b->p->ports;
}

struct pair pair_of(struct scene *s, uint64_t va, uint64_t other)
{
    struct pair p = {.s = s, .port = {s->port, port_beside(s)}};

    p.req[0] = scene_req(va, ATLAS_ACC_LOAD);
    p.req[1] = scene_req(other, ATLAS_ACC_LOAD);
    p.req[1].id = 6;
    return p;
}

void pair_send(struct pair *p, unsigned i)
{
    bench_send(p->s->b, p->port[i], &p->req[i]);
}

/* One cycle; which of the open requests are answered in it, and when? */
static void step(struct pair *p, bool open[2], uint64_t begin)
{
    struct bench *b = p->s->b;

    scene_cycles(p->s, 1);
    for (unsigned i = 0; i < 2; i++)
        if (open[i] && bench_open_requests(b, p->port[i]) == 0) {
            open[i] = false;
            p->took[i] = rtl_cycles(b->rtl) - begin - 1;
        }
}

void pair_take(struct pair *p)
{
    for (unsigned i = 0; i < 2; i++) {
        p->rsp[i] = scene_take(p->s, p->port[i]);
        scene_expect(p->s, p->rsp[i].id == p->req[i].id, "the answer of the request");
    }
}

/* The first request, `later` cycles later the second, and both answers. */
void pair_run(struct pair *p, unsigned later)
{
    bool open[2] = {true, false};
    uint64_t begin, reads = scene_reads(p->s);

    scene_cycles(p->s, SETTLE);
    begin = rtl_cycles(p->s->b->rtl);
    pair_send(p, 0);
    for (unsigned i = 0; i < later; i++)
        step(p, open, begin);
    pair_send(p, 1);
    for (open[1] = true; open[0] || open[1];)
        step(p, open, begin);
    pair_take(p);
    p->reads = scene_reads(p->s) - reads;
}

void pair_expect(const struct pair *p, uint64_t ppn, uint64_t other)
{
    scene_expect(p->s, !p->rsp[0].fault && p->rsp[0].pa == pair_pa(ppn, p->req[0].va),
                 "the one page");
    scene_expect(p->s, !p->rsp[1].fault && p->rsp[1].pa == pair_pa(other, p->req[1].va),
                 "the other");
}

/* Both ports remember their page: no walk. */
void pair_expect_hits(struct pair *p, uint64_t ppn, uint64_t other)
{
    pair_run(p, 0);
    pair_expect(p, ppn, other);
    scene_expect(p->s, p->reads == 0, "hits: no PTE is read");
}

/* Pages in one set of the L2. */
uint64_t pair_rival(uint64_t va)
{
    return va ^ ((1U << 12) + (1U << 4) + 1) * ATLAS_PAGE_SIZE;
}

void pair_map(struct scene *s, uint64_t va, uint64_t other, uint64_t flags)
{
    scene_map(s, va, 0, scene_pte(s, PPN, flags));
    scene_map(s, other, 0, scene_pte(s, va == other ? PPN : OTHER_PPN, flags));
}

/* Nothing is remembered but, in a warm scene, the pointers of both ports. */
void pair_forget(struct scene *s, uint64_t va, uint64_t other)
{
    struct scene beside = *s;

    beside.port = port_beside(s);
    scene_fence(s, false, 0, false, 0);
    scene_warm(s, va);
    scene_warm(&beside, other);
}

uint64_t pair_reads(const struct scene *s)
{
    return s->warm ? 1 : s->levels;
}

uint64_t pair_to_walk(const struct scene *s)
{
    return s->b->p->hit_latency + (s->b->p->l2_sets > 0 ? 1 : 0);
}

/* As rtl/README.md, "Timing", has it for a request that is alone. */
uint64_t pair_cycles(const struct scene *s)
{
    return pair_to_walk(s) + pair_reads(s) * (s->b->agent.latency + 1) + 3;
}

unsigned pair_limit(const struct scene *s)
{
    return s->levels * (s->b->agent.latency + 2) + 12;
}

uint64_t pair_shared(const struct scene *s)
{
    return follow_stats(s->b->follower)->shares;
}

static void (*several)(struct scene *s);

static void if_several(struct scene *s)
{
    if (s->b->p->walks > 1)
        several(s);
}

void pair_each(void (*test)(struct scene *s))
{
    several = test;
    scene_each(if_several);
}
