#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct rtl_build *bench_build(const char *name)
{
    size_t count;
    const struct rtl_build *const *builds = rtl_builds(&count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(builds[i]->name, name) == 0)
            return builds[i];
    return NULL;
}

/* ---- From reset to the end ----------------------------------------------------------------- */

static _Noreturn void give_up(const char *why)
{
    fprintf(stderr, "bench: %s\n", why);
    exit(2);
}

static bool ready(const struct bench *b)
{
    bool all = b->out->fence_ready;

    for (unsigned k = 0; k < b->p->ports; k++)
        all = all && b->out->port[k].req_ready;
    return all;
}

static void reset(struct bench *b, uint64_t limit)
{
    b->in->rst = true;
    rtl_eval(b->rtl);
    rtl_clock(b->rtl);
    b->in->rst = false;
    rtl_eval(b->rtl);
    for (uint64_t i = 0; !ready(b) && i < limit; i++) {
        rtl_clock(b->rtl);
        rtl_eval(b->rtl);
    }
    if (!ready(b))
        give_up("the RTL does not get ready after reset");
}

struct bench *bench_open(const struct rtl_build *build, uint64_t seed, uint64_t limit)
{
    struct bench *b = calloc(1, sizeof *b);

    if (b == NULL || !recorder_open(&b->memory, build->params.xlen / 8))
        give_up("out of memory");
    b->build = build;
    b->p = &build->params;
    rng_seed(&b->rng, seed);
    b->rtl = build->open(build, rng_next(&b->rng));
    b->follower = follow_open(b->p, limit);
    if (b->rtl == NULL || b->follower == NULL)
        give_up("out of memory");
    b->in = rtl_in(b->rtl);
    b->out = rtl_out(b->rtl);
    mem_agent_init(&b->agent, &recorder_ops, &b->memory, b->p->walks, 1, false, rng_next(&b->rng));
    reset(b, limit);
    return b;
}

void bench_close(struct bench *b)
{
    rtl_close(b->rtl);
    follow_close(b->follower);
    recorder_close(&b->memory);
    free(b);
}

const char *bench_difference(const struct bench *b)
{
    return follow_difference(b->follower);
}

/* ---- One cycle ----------------------------------------------------------------------------- */

/* Random payload on every channel that is not valid: whoever looks at it late is found out. */
static void scramble(struct bench *b)
{
    struct rtl_in *in = b->in;

    for (unsigned k = 0; k < b->p->ports; k++) {
        struct atlas_req *req = &in->port[k].req;

        if (!in->port[k].req_valid)
            *req = (struct atlas_req){.va = rng_next(&b->rng),
                                      .acc = (uint8_t)rng_below(&b->rng, 4),
                                      .priv = (uint8_t)rng_below(&b->rng, 4),
                                      .id = (uint32_t)rng_next(&b->rng)};
        if (!in->port[k].kill_valid)
            in->port[k].kill_id = (uint32_t)rng_next(&b->rng);
    }
    if (!in->fence_valid)
        in->fence = (struct atlas_fence){.has_va = rng_one_in(&b->rng, 2),
                                         .has_asid = rng_one_in(&b->rng, 2),
                                         .va = rng_next(&b->rng),
                                         .asid = (uint16_t)rng_next(&b->rng)};
    if (!in->refill_valid)
        in->refill = (struct atlas_refill){.port = (unsigned)rng_below(&b->rng, b->p->ports),
                                           .va = rng_next(&b->rng),
                                           .asid = (uint16_t)rng_next(&b->rng),
                                           .level = (uint8_t)rng_below(&b->rng, 8),
                                           .pte = rng_next(&b->rng)};
    for (unsigned w = 0; w < b->p->walks; w++)
        if (!in->mem[w].rsp_valid) {
            in->mem[w].rsp_data = rng_next(&b->rng);
            in->mem[w].rsp_err = rng_one_in(&b->rng, 2);
            in->mem[w].rsp_cas_ok = rng_one_in(&b->rng, 2);
        }
    in->all = true;
}

static void drive_port(struct bench *b, unsigned k)
{
    struct bench_port *p = &b->port[k];
    bool waiting = p->sent < p->asked;

    /* An offer stands until it is accepted. */
    if (!b->in->port[k].req_valid && waiting && rng_below(&b->rng, 16) >= b->stall_req) {
        b->in->port[k].req_valid = true;
        b->in->port[k].req = p->queue[p->sent % BENCH_QUEUE];
    }
    b->in->port[k].rsp_ready = rng_below(&b->rng, 16) >= b->stall_rsp;
}

static void after_edge(struct bench *b, unsigned k)
{
    struct bench_port *p = &b->port[k];

    if (b->in->port[k].req_valid && b->out->port[k].req_ready) {
        p->ids[p->sent % BENCH_QUEUE] = b->in->port[k].req.id;
        p->sent++;
        b->in->port[k].req_valid = false;
    }
    if (b->out->port[k].rsp_valid && b->in->port[k].rsp_ready) {
        if (p->answered - p->read == BENCH_QUEUE)
            p->read++; /* nobody wants the oldest */
        p->answer[p->answered++ % BENCH_QUEUE] = b->out->port[k].rsp;
    }
    b->in->port[k].kill_valid = false;
}

bool bench_cycle(struct bench *b)
{
    bool same;

    for (unsigned k = 0; k < b->p->ports; k++)
        drive_port(b, k);
    mem_agent_drive(&b->agent, b->in);
    if (b->scramble)
        scramble(b);
    rtl_eval(b->rtl);
    if (b->watch != NULL)
        b->watch(b->watch_ctx, b->in, b->out);
    same = b->alone || follow_cycle(b->follower, b->in, b->out);
    mem_agent_observe(&b->agent, b->in, b->out);
    rtl_clock(b->rtl);
    for (unsigned k = 0; k < b->p->ports; k++)
        after_edge(b, k);
    if (b->in->fence_valid && b->out->fence_ready) {
        b->in->fence_valid = false;
        b->fences++;
    }
    if (b->out->refill_ready)
        b->in->refill_valid = false;
    if (b->out->rb_req_ready)
        b->in->rb_req_valid = false;
    return same;
}

/* ---- Requests ------------------------------------------------------------------------------ */

void bench_send(struct bench *b, unsigned port, const struct atlas_req *req)
{
    struct bench_port *p = &b->port[port];

    if (p->asked - p->answered == BENCH_QUEUE)
        give_up("more requests than the bench has room for");
    p->queue[p->asked++ % BENCH_QUEUE] = *req;
}

unsigned bench_open_requests(const struct bench *b, unsigned port)
{
    return (unsigned)(b->port[port].asked - b->port[port].answered);
}

unsigned bench_accepted(const struct bench *b, unsigned port)
{
    return (unsigned)(b->port[port].sent - b->port[port].answered);
}

bool bench_answer(struct bench *b, unsigned port, struct atlas_rsp *rsp)
{
    struct bench_port *p = &b->port[port];
    bool same = true;

    while (same && p->read == p->answered)
        same = bench_cycle(b);
    if (same)
        *rsp = p->answer[p->read++ % BENCH_QUEUE];
    return same;
}

bool bench_access(struct bench *b, unsigned port, const struct atlas_req *req,
                  struct atlas_rsp *rsp)
{
    b->port[port].read = b->port[port].answered;
    bench_send(b, port, req);
    return bench_answer(b, port, rsp);
}

bool bench_refill(struct bench *b, const struct atlas_refill *refill, unsigned *reason)
{
    bool same;

    b->in->refill = *refill;
    b->in->refill_valid = true;
    do
        same = bench_cycle(b);
    while (same && !b->out->refill_ready);
    *reason = b->out->refill_reason;
    return same;
}

bool bench_fence(struct bench *b, const struct atlas_fence *fence)
{
    bool same;

    b->in->fence = *fence;
    b->in->fence_valid = true;
    do
        same = bench_cycle(b);
    while (same && !b->out->fence_done);
    return same;
}

/* ---- Comparing all ------------------------------------------------------------------------- */

static bool idle(const struct bench *b)
{
    bool none = !b->in->fence_valid && !b->in->refill_valid && !b->in->rb_req_valid &&
                !follow_busy(b->follower);

    for (unsigned k = 0; k < b->p->ports; k++)
        none = none && bench_open_requests(b, k) == 0;
    return none;
}

bool bench_drain(struct bench *b)
{
    bool same = bench_cycle(b);

    while (same && !idle(b))
        same = bench_cycle(b);
    return same;
}

static bool read_back(struct bench *b, unsigned array, unsigned port, unsigned count)
{
    bool same = true;

    for (unsigned i = 0; i < count && same; i++) {
        b->in->rb_array = array;
        b->in->rb_port = port;
        b->in->rb_index = i;
        b->in->rb_req_valid = true;
        same = bench_drain(b);
    }
    return same;
}

uint64_t bench_counter(struct bench *b, unsigned index)
{
    b->in->ctr_sel = index;
    rtl_eval(b->rtl);
    return b->out->ctr_value;
}

static bool same_counters(struct bench *b)
{
    unsigned count = b->p->ports * ATLAS_CTR_PORT_COUNT + ATLAS_GCTR_GLOBAL_COUNT;
    bool same = true;

    for (unsigned i = 0; i < count; i++) {
        uint64_t twin = atlas_counter(follow_twin(b->follower), i);
        uint64_t rtl = bench_counter(b, i);

        if (twin != rtl)
            fprintf(stderr, "counter %u: model %llu, rtl %llu\n", i, (unsigned long long)twin,
                    (unsigned long long)rtl);
        same = same && twin == rtl;
    }
    return same;
}

bool bench_checkpoint(struct bench *b)
{
    const struct atlas_params *p = b->p;
    bool same = bench_drain(b);

    for (unsigned k = 0; k < p->ports && same; k++)
        same = read_back(b, ATLAS_RB_L1, k, p->l1_sets + p->l1_big) &&
               read_back(b, ATLAS_RB_SIDE, k, p->l1_side + 1) &&
               read_back(b, ATLAS_RB_PTR, k, p->walk_cache ? p->levels - 1 : 0);
    if (p->l2_sets > 0)
        same = same && read_back(b, ATLAS_RB_L2, 0, p->l2_sets * p->l2_ways + p->l2_big + 1);
    return same && same_counters(b);
}

/* ---- Memory -------------------------------------------------------------------------------- */

unsigned bench_offered(const struct bench *b)
{
    unsigned count = 0;

    for (unsigned w = 0; w < b->p->walks; w++)
        count += b->out->mem[w].req_valid && !b->agent.channel[w].busy;
    return count;
}

static uint64_t pte_addr(const struct bench *b, uint64_t table, unsigned slot)
{
    return table * ATLAS_PAGE_SIZE + (uint64_t)slot * b->memory.pte_bytes;
}

void bench_set_pte(struct bench *b, uint64_t table, unsigned slot, uint64_t pte)
{
    if (!sparse_write(b->memory.memory, pte_addr(b, table, slot), pte, b->memory.pte_bytes))
        give_up("out of memory");
}

uint64_t bench_get_pte(struct bench *b, uint64_t table, unsigned slot)
{
    uint64_t pte;

    sparse_read(b->memory.memory, &pte, pte_addr(b, table, slot), b->memory.pte_bytes);
    return pte;
}
