#include <inttypes.h>
#include <stdlib.h>

#include "lockstep_parts.h"
#include "mmu/va_check.h"

/* The walks of the twin are fed by hand: it never asks memory itself. */
static enum atlas_mem_status no_read(void *ctx, uint64_t addr, uint64_t *value)
{
    (void)ctx;
    (void)addr;
    *value = 0;
    return ATLAS_MEM_ERROR;
}

static enum atlas_mem_status no_cas(void *ctx, uint64_t addr, uint64_t old, uint64_t new_value)
{
    (void)ctx;
    (void)addr;
    (void)old;
    (void)new_value;
    return ATLAS_MEM_ERROR;
}

struct follower *follow_open(const struct atlas_params *params, uint64_t limit)
{
    static const struct atlas_mem_ops no_memory = {no_read, no_cas};
    struct follower *f = calloc(1, sizeof *f);

    if (f == NULL)
        return NULL;
    f->params = *params;
    f->limit = limit;
    f->twin = atlas_open(params, &no_memory, NULL);
    if (f->twin == NULL) {
        free(f);
        return NULL;
    }
    return f;
}

void follow_close(struct follower *f)
{
    if (f == NULL)
        return;
    atlas_close(f->twin);
    free(f);
}

const char *follow_difference(const struct follower *f)
{
    return f->failed ? f->text.text : NULL;
}

const struct atlas *follow_twin(const struct follower *f)
{
    return f->twin;
}

const struct follow_stats *follow_stats(const struct follower *f)
{
    return &f->stats;
}

bool follow_busy(const struct follower *f)
{
    bool busy = f->fencing || f->reading_back || follow_walking(f);

    for (unsigned k = 0; k < f->params.ports; k++)
        busy = busy || f->port[k].count > 0 || f->port[k].fill_due;
    return busy;
}

/* ---- Differences --------------------------------------------------------------------------- */

bool follow_differs(struct follower *f, unsigned port, const char *what)
{
    if (f->failed)
        return false;
    f->failed = true;
    lockstep_text_begin(&f->text, "cycle %" PRIu64 ": %s", f->cycle, what);
    if (port < f->params.ports && f->port[port].count > 0)
        lockstep_text_req(&f->text, port, &f->port[port].queue[0].s.req);
    else if (port < f->params.ports)
        lockstep_text_add(&f->text, "\n  port %u: no request", port);
    return true;
}

struct request *follow_oldest(struct port *p)
{
    return p->count > 0 ? &p->queue[0] : NULL;
}

static bool is_translated(const struct follower *f, const struct request *r)
{
    uint64_t satp = r->s.cfg.satp;
    unsigned code = (unsigned)(f->params.xlen == 32 ? ATLAS_GET(satp, SATP32_MODE)
                                                    : ATLAS_GET(satp, SATP64_MODE));
    struct va_mode mode = va_mode(&f->params, code);

    return va_translated(&mode, r->s.req.priv);
}

/* ---- Fills --------------------------------------------------------------------------------- */

static bool goes_to_side(const struct atlas_params *p, const struct atlas_rsp *rsp)
{
    return rsp->napot || rsp->level > (p->l1_big > 0 ? 1 : 0);
}

static void check_fill(struct follower *f, unsigned k, const struct rtl_out *out)
{
    struct port *p = &f->port[k];
    bool side = goes_to_side(&f->params, &p->result.rsp);
    unsigned array = side ? ATLAS_RB_SIDE : ATLAS_RB_L1;
    struct atlas_entry twin = {.valid = false};

    p->filling = p->fill_due;
    if (out->port[k].fill != p->fill_due) {
        follow_differs(f, k,
                       p->fill_due ? "the rtl does not fill" : "the rtl fills, the twin does not");
        return;
    }
    if (!p->fill_due)
        return;
    p->fill_due = false;
    f->stats.fills++;
    if (out->port[k].fill_side != side) {
        follow_differs(f, k, "the rtl fills the other array");
        return;
    }
    atlas_read_back(f->twin, array, k, out->port[k].fill_index, &twin);
    if (!lockstep_same_entry(&twin, &out->port[k].fill_entry) &&
        follow_differs(f, k, "filled entries differ")) {
        lockstep_text_place(&f->text, array, k, out->port[k].fill_index);
        lockstep_text_entry(&f->text, &twin, &out->port[k].fill_entry);
    }
}

/* Software's leaf is taken: it is filled in this very cycle, or refused. */
static void follow_refill(struct follower *f, const struct rtl_in *in, const struct rtl_out *out)
{
    const struct atlas_refill *refill = &in->refill;
    const bool napot = f->params.xlen == 64 && (refill->pte & ATLAS_MASK(PTE64_N)) != 0;
    unsigned reason;

    if (!out->refill_ready)
        return;
    if (!in->refill_valid || f->params.sw_refill == 0) {
        follow_differs(f, RTL_MAX_PORTS, "a refill is taken that nobody offers");
        return;
    }
    reason = atlas_step_refill(f->twin, &f->before, refill);
    if (reason != out->refill_reason && follow_differs(f, refill->port, "refills differ"))
        lockstep_text_add(&f->text,
                          "\n  va 0x%" PRIx64 ", level %u, pte 0x%" PRIx64 ": model %s, rtl %s",
                          refill->va, refill->level, refill->pte, atlas_reason_name(reason),
                          atlas_reason_name(out->refill_reason));
    f->port[refill->port].fill_due = reason == ATLAS_REASON_NONE;
    f->port[refill->port].result.rsp = (struct atlas_rsp){.level = refill->level, .napot = napot};
    f->stats.refills++;
}

/* ---- Ports --------------------------------------------------------------------------------- */

static void follow_look(struct follower *f, unsigned k, const struct rtl_out *out)
{
    struct request *r = follow_oldest(&f->port[k]);
    bool may = r != NULL && is_translated(f, r) && !r->killed && r->stage == WAITS;
    enum atlas_look look;

    f->stats.looks++;
    if (!may) {
        follow_differs(f, k, "the rtl looks up a request that is not due");
        return;
    }
    look = atlas_step_look(f->twin, k, &r->s, &r->rsp);
    r->passed = 0;
    r->stage = look == ATLAS_LOOK_MISS ? MISSED : ANSWERED;
    f->stats.hits += r->stage == ANSWERED;
    if (out->port[k].hit != (r->stage == ANSWERED))
        follow_differs(f, k,
                       out->port[k].hit ? "the rtl hits, the twin does not"
                                        : "the twin hits, the rtl does not");
    else if (out->port[k].hit && !out->port[k].rsp_valid)
        follow_differs(f, k, "a hit is not offered");
}

/* An untranslated request is answered without an event, or becomes a miss. */
static void follow_bypass(struct follower *f, unsigned k)
{
    struct request *r = follow_oldest(&f->port[k]);

    if (r == NULL || r->stage != WAITS || r->killed || is_translated(f, r))
        return;
    if (atlas_step_look(f->twin, k, &r->s, &r->rsp) != ATLAS_LOOK_MISS)
        r->stage = ANSWERED;
}

/* Before a walk may take it, an untranslated request that does not fit has missed. */
static void follow_unfit(struct follower *f, unsigned w, const struct rtl_out *out)
{
    unsigned port = out->walk[w].port;
    struct request *r;

    if (!out->walk[w].begin || port >= f->params.ports)
        return;
    r = follow_oldest(&f->port[port]);
    if (r != NULL && r->stage == WAITS && !is_translated(f, r) &&
        atlas_step_look(f->twin, port, &r->s, &r->rsp) == ATLAS_LOOK_MISS)
        r->stage = MISSED;
}

static void check_answer(struct follower *f, unsigned k, const struct rtl_out *out)
{
    struct request *r = follow_oldest(&f->port[k]);
    const struct atlas_rsp *rtl = &out->port[k].rsp;

    if (r != NULL && r->killed) {
        if (!rtl->killed || rtl->fault || rtl->id != r->s.req.id)
            follow_differs(f, k, "a killed request is not answered as killed");
        return;
    }
    if (r == NULL || r->stage != ANSWERED) {
        follow_differs(f, k, "an answer before its time");
        return;
    }
    if (!lockstep_same_rsp(&r->rsp, rtl) && follow_differs(f, k, "answers differ"))
        lockstep_text_rsp(&f->text, &r->rsp, rtl);
    r->offered = true;
}

static void check_wait(struct follower *f, unsigned k)
{
    struct request *r = follow_oldest(&f->port[k]);
    uint64_t waited = r == NULL ? 0 : f->cycle - r->since;

    if (waited > f->stats.longest)
        f->stats.longest = waited;
    if (waited > f->limit)
        follow_differs(f, k, "a request is not answered in time");
}

static void follow_port(struct follower *f, unsigned k, const struct rtl_out *out)
{
    struct request *r = follow_oldest(&f->port[k]);
    bool offered = r != NULL && r->offered;

    if (out->port[k].look)
        follow_look(f, k, out);
    if (out->port[k].rsp_valid) {
        follow_bypass(f, k);
        check_answer(f, k, out);
    } else if (offered) {
        follow_differs(f, k, "an answer is withdrawn");
    }
    check_wait(f, k);
}

/* ---- The clock edge ------------------------------------------------------------------------ */

static void accept(struct follower *f, unsigned k, const struct rtl_in *in)
{
    struct port *p = &f->port[k];
    struct request *r = &p->queue[p->count];

    if (p->count == FOLLOW_QUEUE) {
        follow_differs(f, k, "more requests are accepted than any MMU holds");
        return;
    }
    *r = (struct request){.stage = WAITS, .since = f->cycle};
    atlas_step_sample(f->twin, &in->port[k].req, &r->s);
    r->s.cfg = in->cfg; /* live: the twin's own would refuse a mode that is not implemented */
    p->count++;
}

/* A kill acts at this edge: a walk for the request was given up in this very cycle. */
static void kill(struct follower *f, unsigned k, uint32_t id)
{
    struct port *p = &f->port[k];

    id &= (uint32_t)ATLAS_ONES(f->params.id_bits);
    for (unsigned i = 0; i < p->count; i++) {
        struct request *r = &p->queue[i];

        if (r->s.req.id != id || r->offered)
            continue;
        r->killed = true;
        if (r->stage == SERVED || (i == 0 && p->fill_due))
            follow_differs(f, k, "a request is served on although it is killed");
    }
}

static void take_answer(struct follower *f, unsigned k)
{
    struct port *p = &f->port[k];

    f->stats.answers++;
    f->stats.killed += p->queue[0].killed;
    f->stats.faults += !p->queue[0].killed && p->queue[0].rsp.fault;
    if (p->queue[0].killed)
        atlas_step_killed(f->twin, k);
    p->count--;
    for (unsigned i = 0; i < p->count; i++)
        p->queue[i] = p->queue[i + 1];
}

static void edge_of_port(struct follower *f, unsigned k, const struct rtl_in *in,
                         const struct rtl_out *out)
{
    if (in->port[k].req_valid && out->port[k].req_ready)
        accept(f, k, in);
    if (f->failed)
        return;
    if (in->port[k].kill_valid)
        kill(f, k, in->port[k].kill_id);
    if (out->port[k].rsp_valid && in->port[k].rsp_ready)
        take_answer(f, k);
}

/* A request that was accepted before this cycle may have sampled a satp that the fence retires:
 * nothing of it is remembered any more. */
static void retire_requests(struct follower *f)
{
    for (unsigned k = 0; k < f->params.ports; k++)
        for (unsigned i = 0; i < f->port[k].count; i++)
            if (f->port[k].queue[i].since < f->cycle)
                f->port[k].queue[i].s.cfg.tlb_off = true;
}

static void edge_of_fence(struct follower *f, const struct rtl_in *in, const struct rtl_out *out)
{
    if (out->fence_done) {
        if (!f->fencing)
            follow_differs(f, RTL_MAX_PORTS, "a fence is done that nobody asked for");
        if (follow_walking(f))
            follow_differs(f, RTL_MAX_PORTS, "a fence is done while a walk is under way");
        atlas_fence(f->twin, &f->fence);
        retire_requests(f);
        f->fencing = false;
        f->stats.fences++;
    }
    if (in->fence_valid && out->fence_ready) {
        f->fencing = true;
        f->fence = in->fence;
        f->halt_since = f->cycle;
    }
}

/* The entry that is read back, with the replacement state one past the last entry. */
static struct atlas_entry twin_entry(const struct follower *f)
{
    const struct atlas_params *p = &f->params;
    struct atlas_entry e = {.valid = false};

    if (f->rb_array == ATLAS_RB_SIDE && f->rb_index == p->l1_side)
        e.ppn = atlas_replacement(f->twin, f->rb_port);
    else if (f->rb_array == ATLAS_RB_L2 && f->rb_index == p->l2_sets * p->l2_ways + p->l2_big)
        e.ppn = atlas_replacement(f->twin, p->ports);
    else
        atlas_read_back(f->twin, f->rb_array, f->rb_port, f->rb_index, &e);
    return e;
}

static void edge_of_read_back(struct follower *f, const struct rtl_in *in,
                              const struct rtl_out *out)
{
    struct atlas_entry twin;

    if (out->rb_rsp_valid) {
        if (!f->reading_back)
            follow_differs(f, RTL_MAX_PORTS, "an entry is read back that nobody asked for");
        f->reading_back = false;
        twin = twin_entry(f);
        if (!lockstep_same_entry(&twin, &out->rb_entry) &&
            follow_differs(f, RTL_MAX_PORTS, "remembered entries differ")) {
            lockstep_text_place(&f->text, f->rb_array, f->rb_port, f->rb_index);
            lockstep_text_entry(&f->text, &twin, &out->rb_entry);
        }
    }
    if (in->rb_req_valid && out->rb_req_ready) {
        f->reading_back = true;
        f->rb_array = in->rb_array;
        f->rb_port = in->rb_port;
        f->rb_index = in->rb_index;
        f->halt_since = f->cycle;
    }
}

bool follow_cycle(struct follower *f, const struct rtl_in *in, const struct rtl_out *out)
{
    if (f->failed)
        return false;
    follow_refill(f, in, out);
    for (unsigned k = 0; k < f->params.ports && !f->failed; k++)
        check_fill(f, k, out);
    for (unsigned w = 0; w < f->params.walks; w++)
        follow_unfit(f, w, out);
    if (!f->failed)
        follow_walks(f, in, out);
    for (unsigned k = 0; k < f->params.ports && !f->failed; k++)
        follow_port(f, k, out);
    for (unsigned k = 0; k < f->params.ports && !f->failed; k++)
        edge_of_port(f, k, in, out);
    if (!f->failed)
        edge_of_fence(f, in, out);
    if (!f->failed)
        edge_of_read_back(f, in, out);
    if ((f->fencing || f->reading_back) && f->cycle - f->halt_since > f->limit)
        follow_differs(f, RTL_MAX_PORTS, "a fence or a read-back is not done in time");
    f->before = in->cfg;
    f->cycle++;
    f->stats.cycles++;
    return !f->failed;
}
