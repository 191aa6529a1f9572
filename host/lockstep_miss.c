#include "lockstep_parts.h"

#include <inttypes.h>

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
        if (follow_differs(f, m->port, "a memory request that no walk may make"))
            lockstep_text_transaction(&f->text, "rtl", rtl);
        return;
    }
    twin = wanted_request(&m->walk);
    if (!same_request(&twin, rtl) && follow_differs(f, m->port, "memory requests differ")) {
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
        follow_differs(f, m->port, "a memory request changed before it was taken");
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

static bool goes_to_side(const struct atlas_params *p, const struct atlas_rsp *rsp)
{
    return rsp->napot || rsp->level > (p->l1_big > 0 ? 1 : 0);
}

static void end_walk(struct follower *f, bool given_up)
{
    struct miss *m = &f->miss;
    struct request *r = follow_oldest(&f->port[m->port]);

    m->begun = false;
    m->active = false;
    m->wanted = false;
    m->done = false;
    if (r == NULL || r->stage != SERVED)
        follow_differs(f, m->port, "the walk of no request ends");
    else if (given_up) {
        r->stage = MISSED; /* it begins again, unless it was killed */
        r->passed = 0;
    } else {
        r->stage = ANSWERED;
        r->rsp = m->walk.rsp;
        f->port[m->port].fill_due = m->walk.filled;
        f->port[m->port].fill_side = goes_to_side(&f->params, &m->walk.rsp);
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
        follow_differs(f, m->port, "the rtl uses a memory answer that the twin has not got");
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

/* Is the oldest request of port k killed in this very cycle? */
static bool is_killed_now(const struct follower *f, unsigned k, const struct rtl_in *in)
{
    uint32_t id = in->port[k].kill_id & (uint32_t)ATLAS_ONES(f->params.id_bits);

    return in->port[k].kill_valid && id == f->port[k].queue[0].s.req.id;
}

/* Round robin: of N ports, one that waits is passed over N - 1 times at most. */
static void check_turns(struct follower *f, unsigned served, const struct rtl_in *in)
{
    for (unsigned k = 0; k < f->params.ports; k++) {
        struct request *r = follow_oldest(&f->port[k]);

        if (k != served && r != NULL && r->stage == MISSED && !r->killed &&
            !is_killed_now(f, k, in) && ++r->passed >= f->params.ports)
            follow_differs(f, k, "a port waits while another is served out of turn");
    }
}

static void follow_begin(struct follower *f, unsigned port, const struct rtl_in *in)
{
    struct miss *m = &f->miss;
    struct request *r = port < f->params.ports ? follow_oldest(&f->port[port]) : NULL;

    if (m->begun || m->active || m->asked || m->offered)
        follow_differs(f, port, "the miss unit takes a request while it is busy");
    else if (r == NULL || r->stage != MISSED || r->killed)
        follow_differs(f, port, "the miss unit takes a request that has not missed");
    else {
        check_turns(f, port, in);
        r->stage = SERVED;
        m->begun = true;
        m->port = port;
        f->stats.begins++;
    }
}

void follow_miss(struct follower *f, const struct rtl_in *in, const struct rtl_out *out)
{
    struct miss *m = &f->miss;
    bool serving = m->begun || m->active;

    if ((out->ev_step || out->ev_cas || out->ev_end || out->ev_abort) &&
        (!serving || out->ev_port != m->port)) {
        follow_differs(f, out->ev_port,
                       "an event of the miss unit, which serves another request or none");
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
            follow_differs(f, m->port, "the rtl gives up a walk that is over");
            return;
        }
        atlas_step_abort(f->twin, &m->walk);
        end_walk(f, true);
    } else if (out->ev_end != (m->active && m->walk.next == ATLAS_WALK_DONE)) {
        if (follow_differs(f, m->port,
                           out->ev_end ? "the rtl ends a walk that goes on in the twin"
                                       : "the rtl goes on with a walk that is over in the twin"))
            describe_walk(f);
    } else if (out->ev_end) {
        end_walk(f, false);
    }
    if (out->ev_begin)
        follow_begin(f, out->ev_port, in);
}
