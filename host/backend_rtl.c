/* backend_rtl.c: the Verilated MMU as a backend: one request at a time, memory behind it.
 *
 * Between two calls the instance stands in the middle of a cycle: its outputs are settled, the
 * clock edge has not come. So the cycle in which an answer is taken is also the one in which the
 * next request is offered, and a hit costs one cycle. With stalls, requests and answers are held
 * back for random cycles, and the memory agent does the same.
 *
 * Every wait has a limit. An MMU that passes it is given up: its answers from then on are
 * "killed", and mismatch() says what it owed.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "mem_agent.h"
#include "recorder.h"
#include "report.h"

#define LIMIT_CYCLES 20000 /* without memory's latency: a sweep of the largest TLBs, and more */
#define LIMIT_PTES 64      /* PTE transactions of one request that are waited for             */

struct backend {
    const struct rtl_build *build;
    struct rtl *rtl;
    struct rtl_in *in;
    const struct rtl_out *out;
    struct mem_agent agent;
    struct recorder recorder;
    struct rng rng;
    bool stalls;
    uint64_t deadline; /* cycle in which what is waited for is given up */
    bool dead;         /* it was */
    bool filled;       /* the last access filled, as out->port[].fill_* say: */
    unsigned fill_array, fill_index;
    struct atlas_entry fill_entry;
    bool told; /* mismatch() gave the text */
    char text[200];
};

/* ---- Cycles -------------------------------------------------------------------------------- */

/* What memory does in this cycle, once in it. While nothing is under way it may be left out. */
static void serve_memory(struct backend *b)
{
    mem_agent_drive(&b->agent, b->in);
    mem_agent_observe(&b->agent, b->in, b->out);
}

/* Go on to the next cycle: its outputs can be read, but for those that inputs reach. */
static void next_cycle(struct backend *b)
{
    rtl_step(b->rtl);
    serve_memory(b);
}

static void begin_wait(struct backend *b)
{
    b->deadline = rtl_cycles(b->rtl) + LIMIT_CYCLES + (uint64_t)LIMIT_PTES * b->agent.latency;
}

/* False, with a message kept, once the wait is too long. */
static bool in_time(struct backend *b, const char *what)
{
    if (!b->dead && rtl_cycles(b->rtl) >= b->deadline) {
        b->dead = true;
        snprintf(b->text, sizeof b->text, "rtl: no %s within the limit, given up in cycle %" PRIu64,
                 what, rtl_cycles(b->rtl));
    }
    return !b->dead;
}

/* Random idle cycles. */
static void dawdle(struct backend *b)
{
    while (b->stalls && rng_one_in(&b->rng, 2))
        next_cycle(b);
}

static void reset(struct backend *b)
{
    bool ready = false;

    b->in->rst = true;
    rtl_step(b->rtl);
    b->in->rst = false;
    begin_wait(b);
    while (!ready && in_time(b, "readiness after reset")) {
        next_cycle(b);
        ready = b->out->fence_ready;
        for (unsigned k = 0; k < b->build->params.ports; k++)
            ready = ready && b->out->port[k].req_ready;
    }
}

/* ---- The door ------------------------------------------------------------------------------ */

static const struct atlas_params *rtl_params(void *self)
{
    const struct backend *b = self;

    return &b->build->params;
}

static bool rtl_configure(void *self, const struct atlas_cfg *cfg)
{
    struct backend *b = self;
    struct atlas_cfg before = b->in->cfg;

    b->in->cfg = *cfg;
    rtl_eval(b->rtl);
    if (!b->out->satp_ok)
        b->in->cfg = before;
    return b->out->satp_ok;
}

/* Offer the request until it is accepted, in the cycle that is open and those after it. */
static bool offer(struct backend *b, unsigned port)
{
    while (!b->out->port[port].req_ready && in_time(b, "acceptance of a request"))
        next_cycle(b);
    if (b->dead)
        return false;
    b->in->port[port].req_valid = true;
    rtl_step(b->rtl);
    b->in->port[port].req_valid = false;
    return true;
}

static void note_fill(struct backend *b, unsigned port)
{
    if (!b->out->port[port].fill)
        return;
    b->filled = true;
    b->fill_array = b->out->port[port].fill_side ? ATLAS_RB_SIDE : ATLAS_RB_L1;
    b->fill_index = b->out->port[port].fill_index;
    b->fill_entry = b->out->port[port].fill_entry;
}

/* Wait for the answer, and leave its cycle open, ready to take it. */
static void await(struct backend *b, unsigned port)
{
    bool *ready = &b->in->port[port].rsp_ready;

    note_fill(b, port);
    if (!b->stalls && b->out->port[port].rsp_valid)
        return; /* a hit, mostly: memory has nothing to do */
    serve_memory(b);
    *ready = !b->stalls || rng_one_in(&b->rng, 2);
    while (!(b->out->port[port].rsp_valid && *ready) && in_time(b, "answer")) {
        next_cycle(b);
        *ready = !b->stalls || rng_one_in(&b->rng, 2);
        note_fill(b, port);
    }
}

static void rtl_access(void *self, unsigned port, const struct atlas_req *req,
                       struct atlas_rsp *rsp)
{
    struct backend *b = self;

    assert(port < b->build->params.ports);
    dawdle(b);
    b->filled = false;
    b->told = false;
    b->in->port[port].req = *req;
    begin_wait(b);
    if (offer(b, port))
        await(b, port);
    *rsp = b->dead ? (struct atlas_rsp){.id = req->id, .killed = true} : b->out->port[port].rsp;
}

static void rtl_fence(void *self, const struct atlas_fence *fence)
{
    struct backend *b = self;

    dawdle(b);
    begin_wait(b);
    while (!b->out->fence_ready && in_time(b, "acceptance of a fence"))
        next_cycle(b);
    b->in->fence = *fence;
    b->in->fence_valid = true;
    next_cycle(b);
    b->in->fence_valid = false;
    while (!b->out->fence_done && in_time(b, "end of a fence"))
        next_cycle(b);
}

/* Idle cycles until nothing that the last answer left behind is under way. */
static void drain(struct backend *b)
{
    for (unsigned i = 0; i < 4; i++)
        next_cycle(b);
}

static uint64_t rtl_counter(void *self, unsigned index)
{
    struct backend *b = self;

    drain(b);
    b->in->ctr_sel = index;
    rtl_eval(b->rtl);
    return b->out->ctr_value;
}

static struct mmu_port rtl_port(struct backend *b)
{
    return (struct mmu_port){.self = b,
                             .params = rtl_params,
                             .configure = rtl_configure,
                             .access = rtl_access,
                             .fence = rtl_fence,
                             .counter = rtl_counter};
}

/* ---- The backend --------------------------------------------------------------------------- */

static bool same_params(const struct atlas_params *a, const struct atlas_params *b)
{
    return memcmp(a, b, sizeof *a) == 0; /* all members are unsigned: no padding */
}

static const struct rtl_build *find_build(const struct atlas_params *params)
{
    size_t count;
    const struct rtl_build *const *builds = rtl_builds(&count);

    for (size_t i = 0; i < count; i++)
        if (same_params(&builds[i]->params, params))
            return builds[i];
    return NULL;
}

static void rtl_backend_close(struct backend *b)
{
    rtl_close(b->rtl);
    recorder_close(&b->recorder);
    free(b);
}

static struct backend *make(const struct rtl_build *build, const struct backend_options *options)
{
    struct backend *b = report_need(calloc(1, sizeof *b));

    b->build = build;
    b->stalls = options->stalls;
    rng_seed(&b->rng, options->seed);
    if (!recorder_open(&b->recorder, build->params.xlen / 8))
        report_out_of_memory();
    b->rtl = report_need(build->open(build, rng_next(&b->rng)));
    b->in = rtl_in(b->rtl);
    b->out = rtl_out(b->rtl);
    for (unsigned k = 0; k < build->params.ports; k++)
        b->in->port[k].rsp_ready = true;
    mem_agent_init(&b->agent, &recorder_ops, &b->recorder, build->params.walks, options->latency,
                   options->stalls, rng_next(&b->rng));
    return b;
}

static struct backend *rtl_backend_open(const struct backend_options *options)
{
    const struct rtl_build *build = find_build(&options->params);
    struct backend *b;

    if (build == NULL) {
        report_problem(NULL, 0,
                       "%s: no such build of the RTL is linked in, expected a preset or what "
                       "`make build/atlas PARAMS=...` added",
                       options->preset);
        return NULL;
    }
    if (options->latency < 1) {
        report_problem(NULL, 0, "memory latency 0, expected 1 or more cycles");
        return NULL;
    }
    b = make(build, options);
    reset(b);
    return b;
}

static void rtl_mem_write(struct backend *b, uint64_t addr, uint64_t value, unsigned bytes)
{
    if (!sparse_write(b->recorder.memory, addr, value, bytes))
        report_out_of_memory();
}

static bool rtl_mem_read(struct backend *b, uint64_t addr, uint64_t *value, unsigned bytes)
{
    return sparse_read(b->recorder.memory, value, addr, bytes);
}

static void rtl_mem_clear(struct backend *b)
{
    sparse_clear(b->recorder.memory);
}

static void rtl_mem_fail(struct backend *b, uint64_t addr, bool cas, unsigned after, int count)
{
    if (!sparse_fail(b->recorder.memory, addr, cas, after, count))
        report_out_of_memory();
}

static size_t rtl_transactions(struct backend *b, const struct mem_transaction **list)
{
    return transaction_list_take(&b->recorder.done, list);
}

static bool rtl_last_fill(struct backend *b, unsigned *array, unsigned *index,
                          struct atlas_entry *e)
{
    *array = b->fill_array;
    *index = b->fill_index;
    *e = b->fill_entry;
    return b->filled;
}

static bool rtl_read_back(struct backend *b, unsigned array, unsigned port, unsigned index,
                          struct atlas_entry *e)
{
    begin_wait(b);
    b->in->rb_array = array;
    b->in->rb_port = port;
    b->in->rb_index = index;
    while (!b->out->rb_req_ready && in_time(b, "acceptance of a read-back"))
        next_cycle(b);
    b->in->rb_req_valid = true;
    next_cycle(b);
    b->in->rb_req_valid = false;
    while (!b->out->rb_rsp_valid && in_time(b, "answer to a read-back"))
        next_cycle(b);
    *e = b->out->rb_entry;
    return !b->dead;
}

static uint64_t rtl_backend_cycles(struct backend *b)
{
    return rtl_cycles(b->rtl);
}

static bool rtl_checkpoint(struct backend *b)
{
    return !b->dead;
}

static const char *rtl_mismatch(struct backend *b)
{
    if (!b->dead || b->told)
        return NULL;
    b->told = true;
    return b->text;
}

static bool rtl_backend_wave(struct backend *b, const char *path)
{
    bool made = rtl_wave(b->rtl, path);

    if (!made)
        report_problem(path, 0,
                       "the waveform cannot be written, expected a file in a directory that can "
                       "be written");
    return made;
}

const struct backend_ops backend_rtl = {
    .name = "rtl",
    .open = rtl_backend_open,
    .close = rtl_backend_close,
    .port = rtl_port,
    .mem_write = rtl_mem_write,
    .mem_read = rtl_mem_read,
    .mem_clear = rtl_mem_clear,
    .mem_fail = rtl_mem_fail,
    .transactions = rtl_transactions,
    .last_fill = rtl_last_fill,
    .read_back = rtl_read_back,
    .cycles = rtl_backend_cycles,
    .checkpoint = rtl_checkpoint,
    .mismatch = rtl_mismatch,
    .wave = rtl_backend_wave,
};
