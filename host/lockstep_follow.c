#include "lockstep_follow.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "lockstep_text.h"
#include "mmu/step.h"
#include "mmu/va_check.h"

#define QUEUE 4 /* requests of one port that an MMU may hold */

enum stage {
    WAITS,   /* accepted; not looked up, or to be looked up again */
    MISSED,  /* the L1 has no answer                              */
    SERVED,  /* the miss unit works for it                        */
    ANSWERED /* rsp is its answer                                 */
};

struct request {
    struct atlas_sampled s;
    enum stage stage;
    bool offered, killed, halted; /* halted: a fence or a read-back came while it was MISSED */
    struct atlas_rsp rsp;
    uint64_t since; /* cycle of acceptance */
};

struct port {
    struct request queue[QUEUE]; /* the oldest first [array, count] */
    unsigned count;
    bool fill_due; /* the L1 is to be written in this cycle */
    bool fill_side;
};

/* The miss unit and the memory port. */
struct miss {
    bool begun;   /* ev_begin was in the cycle before                                */
    bool active;  /* walk is under way                                               */
    bool offered; /* a memory request stands on the port: request                    */
    bool asked;   /* it was taken and is not answered                                */
    bool wanted;  /* it is the walk's, which has not been given up                   */
    bool done;    /* memory answered the walk: value, status                         */
    unsigned port;
    struct atlas_walk walk;
    struct mem_transaction request;
    uint64_t value;
    enum atlas_mem_status status;
};

struct follower {
    struct atlas_params params;
    struct atlas *twin;
    uint64_t limit, cycle;
    struct port port[RTL_MAX_PORTS];
    struct miss miss;
    bool fencing, reading_back;
    uint64_t halt_since; /* cycle in which the fence or read-back was accepted */
    struct atlas_fence fence;
    unsigned rb_array, rb_port, rb_index;
    struct follow_stats stats;
    bool failed;
    struct lockstep_text text;
};

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
    bool busy = f->fencing || f->reading_back || f->miss.begun || f->miss.active ||
                f->miss.offered || f->miss.asked;

    for (unsigned k = 0; k < f->params.ports; k++)
        busy = busy || f->port[k].count > 0 || f->port[k].fill_due;
    return busy;
}

/* ---- Differences --------------------------------------------------------------------------- */

/* The first difference is kept; true if this is it, and details may be added to f->text. */
static bool differs(struct follower *f, unsigned port, const char *what)
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

static struct request *oldest(struct port *p)
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

static void check_fill(struct follower *f, unsigned k, const struct rtl_out *out)
{
    struct port *p = &f->port[k];
    unsigned array = p->fill_side ? ATLAS_RB_SIDE : ATLAS_RB_L1;
    struct atlas_entry twin = {.valid = false};

    if (out->port[k].fill != p->fill_due) {
        differs(f, k, p->fill_due ? "the rtl does not fill" : "the rtl fills, the twin does not");
        return;
    }
    if (!p->fill_due)
        return;
    p->fill_due = false;
    f->stats.fills++;
    if (out->ev_fill_side != p->fill_side) {
        differs(f, k, "the rtl fills the other array");
        return;
    }
    atlas_read_back(f->twin, array, k, out->ev_fill_index, &twin);
    if (!lockstep_same_entry(&twin, &out->ev_fill_entry) &&
        differs(f, k, "filled entries differ")) {
        lockstep_text_place(&f->text, array, k, out->ev_fill_index);
        lockstep_text_entry(&f->text, &twin, &out->ev_fill_entry);
    }
}

/* ---- Memory port --------------------------------------------------------------------------- */

static struct mem_transaction offered_request(const struct rtl_out *out)
{
    struct mem_transaction t = {.cas = out->mem_req_cas, .addr = out->mem_req_addr};

    if (t.cas) {
        t.old = out->mem_req_old;
        t.value = out->mem_req_new;
    }
    return t;
}

static struct mem_transaction wanted_request(const struct atlas_walk *w)
{
    struct mem_transaction t = {.cas = w->next == ATLAS_WALK_CAS, .addr = w->addr};

    if (t.cas) {
        t.old = w->old;
        t.value = w->new_value;
    }
    return t;
}

static bool same_request(const struct mem_transaction *a, const struct mem_transaction *b)
{
    return a->cas == b->cas && a->addr == b->addr && a->old == b->old && a->value == b->value;
}

/* A request that was not on the port in the cycle before. */
static void check_new_request(struct follower *f, const struct mem_transaction *rtl)
{
    struct miss *m = &f->miss;
    struct mem_transaction twin;

    if (m->asked || !m->active || m->done || m->walk.next == ATLAS_WALK_DONE) {
        if (differs(f, m->port, "a memory request that no walk may make"))
            lockstep_text_transaction(&f->text, "rtl", rtl);
        return;
    }
    twin = wanted_request(&m->walk);
    if (!same_request(&twin, rtl) && differs(f, m->port, "memory requests differ")) {
        lockstep_text_transaction(&f->text, "model", &twin);
        lockstep_text_transaction(&f->text, "rtl", rtl);
    }
    m->wanted = true;
}

static void check_memory(struct follower *f, const struct rtl_in *in, const struct rtl_out *out)
{
    struct miss *m = &f->miss;
    struct mem_transaction rtl = offered_request(out);

    if (in->mem_rsp_valid && m->asked) {
        m->asked = false;
        m->done = m->wanted;
        m->value = in->mem_rsp_data;
        m->status = in->mem_rsp_err                         ? ATLAS_MEM_ERROR
                    : m->request.cas && !in->mem_rsp_cas_ok ? ATLAS_MEM_OTHER
                                                            : ATLAS_MEM_OK;
        f->stats.bus_errors += in->mem_rsp_err;
    }
    if (m->offered && (!out->mem_req_valid || !same_request(&m->request, &rtl))) {
        differs(f, m->port, "a memory request changed before it was taken");
        return;
    }
    if (!out->mem_req_valid)
        return;
    if (!m->offered)
        check_new_request(f, &rtl);
    m->request = rtl;
    m->offered = !in->mem_req_ready;
    m->asked = in->mem_req_ready;
}

/* ---- The miss unit ------------------------------------------------------------------------- */

static void end_walk(struct follower *f, bool given_up)
{
    struct miss *m = &f->miss;
    struct request *r = oldest(&f->port[m->port]);

    m->begun = false;
    m->active = false;
    m->wanted = false;
    m->done = false;
    if (r == NULL || r->stage != SERVED)
        differs(f, m->port, "the walk of no request ends");
    else if (given_up)
        r->stage = WAITS;
    else {
        r->stage = ANSWERED;
        r->rsp = m->walk.rsp;
        f->port[m->port].fill_due = m->walk.filled;
        f->port[m->port].fill_side = m->walk.rsp.level > 0 || m->walk.rsp.napot;
    }
}

/* The cycle after ev_begin: the L2 has been read. If the request is given up in it, before it
 * asks memory, then it was never looked up in the L2, and no walk has begun. */
static void begin_walk(struct follower *f, const struct rtl_out *out)
{
    struct miss *m = &f->miss;

    m->begun = false;
    m->active = true;
    if (out->ev_abort && !out->mem_req_valid) {
        m->walk = (struct atlas_walk){.next = ATLAS_WALK_READ};
        return;
    }
    atlas_step_begin(f->twin, m->port, &f->port[m->port].queue[0].s, &m->walk);
    f->stats.l2_hits += m->walk.l2_hit;
}

/* How far the twin's walk is. */
static void describe_walk(struct follower *f)
{
    const struct atlas_walk *w = &f->miss.walk;

    lockstep_text_add(
        &f->text, "\n  model: satp 0x%" PRIx64 ", level %u of %u, pte 0x%" PRIx64 ", %s",
        w->s.cfg.satp, w->level, w->levels, w->pte,
        w->next != ATLAS_WALK_DONE ? "wants memory" : atlas_reason_name(w->rsp.reason));
}

static void use_answer(struct follower *f, const struct rtl_out *out)
{
    struct miss *m = &f->miss;
    bool cas = m->walk.next == ATLAS_WALK_CAS;

    if (!m->active || !m->done || out->ev_cas != cas || out->ev_step == cas) {
        differs(f, m->port, "the rtl uses a memory answer that the twin has not got");
        return;
    }
    m->done = false;
    m->wanted = false;
    if (cas)
        atlas_step_cas(f->twin, &m->walk, m->status);
    else
        atlas_step_read(f->twin, &m->walk, m->value, m->status);
    f->stats.reads += !cas;
    f->stats.cas += cas;
    f->stats.cas_fails += cas && m->status == ATLAS_MEM_OTHER;
}

static void follow_begin(struct follower *f, unsigned port)
{
    struct miss *m = &f->miss;
    struct request *r = port < f->params.ports ? oldest(&f->port[port]) : NULL;

    if (m->begun || m->active || m->asked || m->offered)
        differs(f, port, "the miss unit takes a request while it is busy");
    else if (r == NULL || r->stage != MISSED || r->killed)
        differs(f, port, "the miss unit takes a request that has not missed");
    else {
        r->stage = SERVED;
        m->begun = true;
        m->port = port;
        f->stats.begins++;
    }
}

static void follow_miss(struct follower *f, const struct rtl_in *in, const struct rtl_out *out)
{
    struct miss *m = &f->miss;
    bool serving = m->begun || m->active;

    if ((out->ev_step || out->ev_cas || out->ev_end || out->ev_abort) &&
        (!serving || out->ev_port != m->port)) {
        differs(f, out->ev_port, "an event of the miss unit, which serves another request or none");
        return;
    }
    if (m->begun)
        begin_walk(f, out);
    if (out->ev_step || out->ev_cas)
        use_answer(f, out); /* of an earlier cycle; the next request may come in this one */
    if (f->failed)
        return;
    check_memory(f, in, out);
    if (f->failed)
        return;
    if (out->ev_abort) {
        f->stats.aborts++;
        if (m->walk.next == ATLAS_WALK_DONE) {
            differs(f, m->port, "the rtl gives up a walk that is over");
            return;
        }
        atlas_step_abort(f->twin, &m->walk);
        end_walk(f, true);
    } else if (out->ev_end != (m->active && m->walk.next == ATLAS_WALK_DONE)) {
        if (differs(f, m->port,
                    out->ev_end ? "the rtl ends a walk that goes on in the twin"
                                : "the rtl goes on with a walk that is over in the twin"))
            describe_walk(f);
    } else if (out->ev_end) {
        end_walk(f, false);
    }
    if (out->ev_begin)
        follow_begin(f, out->ev_port);
}

/* ---- Ports --------------------------------------------------------------------------------- */

static void follow_look(struct follower *f, unsigned k, const struct rtl_out *out)
{
    struct request *r = oldest(&f->port[k]);
    bool may = r != NULL && is_translated(f, r) && !r->killed &&
               (r->stage == WAITS || (r->stage == MISSED && r->halted));
    enum atlas_look look;

    f->stats.looks++;
    if (!may) {
        differs(f, k, "the rtl looks up a request that is not due");
        return;
    }
    look = atlas_step_look(f->twin, k, &r->s, &r->rsp);
    r->halted = false;
    r->stage = look == ATLAS_LOOK_MISS ? MISSED : ANSWERED;
    f->stats.hits += r->stage == ANSWERED;
    if (out->port[k].hit != (r->stage == ANSWERED))
        differs(f, k,
                out->port[k].hit ? "the rtl hits, the twin does not"
                                 : "the twin hits, the rtl does not");
    else if (out->port[k].hit && !out->port[k].rsp_valid)
        differs(f, k, "a hit is not offered");
}

/* An untranslated request is answered without an event, or becomes a miss. */
static void follow_bypass(struct follower *f, unsigned k)
{
    struct request *r = oldest(&f->port[k]);

    if (r == NULL || r->stage != WAITS || r->killed || is_translated(f, r))
        return;
    if (atlas_step_look(f->twin, k, &r->s, &r->rsp) != ATLAS_LOOK_MISS)
        r->stage = ANSWERED;
}

/* Before the miss unit may take it, an untranslated request that does not fit has missed. */
static void follow_unfit(struct follower *f, const struct rtl_out *out)
{
    struct request *r;

    if (!out->ev_begin || out->ev_port >= f->params.ports)
        return;
    r = oldest(&f->port[out->ev_port]);
    if (r != NULL && r->stage == WAITS && !is_translated(f, r) &&
        atlas_step_look(f->twin, out->ev_port, &r->s, &r->rsp) == ATLAS_LOOK_MISS)
        r->stage = MISSED;
}

static void check_answer(struct follower *f, unsigned k, const struct rtl_out *out)
{
    struct request *r = oldest(&f->port[k]);
    const struct atlas_rsp *rtl = &out->port[k].rsp;

    if (r != NULL && r->killed) {
        if (!rtl->killed || rtl->fault || rtl->id != r->s.req.id)
            differs(f, k, "a killed request is not answered as killed");
        return;
    }
    if (r == NULL || r->stage != ANSWERED) {
        differs(f, k, "an answer before its time");
        return;
    }
    if (!lockstep_same_rsp(&r->rsp, rtl) && differs(f, k, "answers differ"))
        lockstep_text_rsp(&f->text, &r->rsp, rtl);
    r->offered = true;
}

static void check_wait(struct follower *f, unsigned k)
{
    struct request *r = oldest(&f->port[k]);
    uint64_t waited = r == NULL ? 0 : f->cycle - r->since;

    if (waited > f->stats.longest)
        f->stats.longest = waited;
    if (waited > f->limit)
        differs(f, k, "a request is not answered in time");
}

static void follow_port(struct follower *f, unsigned k, const struct rtl_out *out)
{
    struct request *r = oldest(&f->port[k]);
    bool offered = r != NULL && r->offered;

    if (out->port[k].look)
        follow_look(f, k, out);
    if (out->port[k].rsp_valid) {
        follow_bypass(f, k);
        check_answer(f, k, out);
    } else if (offered) {
        differs(f, k, "an answer is withdrawn");
    }
    check_wait(f, k);
    if (r != NULL && r->stage == MISSED && (f->fencing || f->reading_back))
        r->halted = true;
}

/* ---- The clock edge ------------------------------------------------------------------------ */

static void accept(struct follower *f, unsigned k, const struct rtl_in *in)
{
    struct port *p = &f->port[k];
    struct request *r = &p->queue[p->count];

    if (p->count == QUEUE) {
        differs(f, k, "more requests are accepted than any MMU holds");
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
            differs(f, k, "a request is served on although it is killed");
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
            differs(f, RTL_MAX_PORTS, "a fence is done that nobody asked for");
        if (f->miss.begun || f->miss.active)
            differs(f, f->miss.port, "a walk goes on over a fence");
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
    else if (f->rb_array == ATLAS_RB_L2 && f->rb_index == p->l2_sets * p->l2_ways)
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
            differs(f, RTL_MAX_PORTS, "an entry is read back that nobody asked for");
        f->reading_back = false;
        twin = twin_entry(f);
        if (!lockstep_same_entry(&twin, &out->rb_entry) &&
            differs(f, RTL_MAX_PORTS, "remembered entries differ")) {
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
    for (unsigned k = 0; k < f->params.ports; k++)
        check_fill(f, k, out);
    follow_unfit(f, out);
    if (!f->failed)
        follow_miss(f, in, out);
    for (unsigned k = 0; k < f->params.ports && !f->failed; k++)
        follow_port(f, k, out);
    for (unsigned k = 0; k < f->params.ports && !f->failed; k++)
        edge_of_port(f, k, in, out);
    if (!f->failed)
        edge_of_fence(f, in, out);
    if (!f->failed)
        edge_of_read_back(f, in, out);
    if ((f->fencing || f->reading_back) && f->cycle - f->halt_since > f->limit)
        differs(f, RTL_MAX_PORTS, "a fence or a read-back is not done in time");
    f->cycle++;
    f->stats.cycles++;
    return !f->failed;
}
