#include "lockstep_parts.h"

#include <inttypes.h>

/* ---- Memory channels ----------------------------------------------------------------------- */

static struct mem_transaction offered_request(unsigned w, const struct rtl_out *out)
{
    struct mem_transaction t = {.cas = out->mem[w].req_cas, .addr = out->mem[w].req_addr};

    if (t.cas) {
        t.old = out->mem[w].req_old;
        t.value = out->mem[w].req_new;
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

/* A request that was not on the channel in the cycle before. */
static void check_new_request(struct follower *f, struct miss *m, const struct mem_transaction *rtl)
{
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

static void take_memory_answer(struct follower *f, unsigned w, const struct rtl_in *in)
{
    struct miss *m = &f->miss[w];

    m->asked = false;
    m->done = m->wanted;
    m->value = in->mem[w].rsp_data;
    m->status = in->mem[w].rsp_err                         ? ATLAS_MEM_ERROR
                : m->request.cas && !in->mem[w].rsp_cas_ok ? ATLAS_MEM_OTHER
                                                           : ATLAS_MEM_OK;
    f->stats.bus_errors += in->mem[w].rsp_err;
}

static void check_memory(struct follower *f, unsigned w, const struct rtl_in *in,
                         const struct rtl_out *out)
{
    struct miss *m = &f->miss[w];
    struct mem_transaction rtl = offered_request(w, out);

    if (in->mem[w].rsp_valid && m->asked)
        take_memory_answer(f, w, in);
    if (m->offered && (!out->mem[w].req_valid || !same_request(&m->request, &rtl))) {
        follow_differs(f, m->port, "a memory request changed before it was taken");
        return;
    }
    if (!out->mem[w].req_valid)
        return;
    if (!m->offered)
        check_new_request(f, m, &rtl);
    m->request = rtl;
    m->offered = !in->mem[w].req_ready;
    m->asked = in->mem[w].req_ready;
}

bool follow_walking(const struct follower *f)
{
    bool walking = false;

    for (unsigned w = 0; w < f->params.walks; w++) {
        const struct miss *m = &f->miss[w];

        walking = walking || m->begun || m->active || m->offered || m->asked || m->walk.l2_due;
    }
    return walking;
}

/* ---- One walk ------------------------------------------------------------------------------ */

/* Port's request has the result of walk *w, its own or one for the same page. */
static void give_result(struct follower *f, unsigned port, const struct atlas_walk *w)
{
    struct request *r = follow_oldest(&f->port[port]);

    r->stage = ANSWERED;
    r->rsp = w->rsp;
    f->port[port].fill_due = w->filled;
    f->port[port].result = *w;
}

static void end_walk(struct follower *f, struct miss *m, bool given_up)
{
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
        give_result(f, m->port, &m->walk);
    }
}

/* The cycle after ev_begin: the L2 has been read. If the request is given up in it, before it
 * asks memory, then it was never looked up in the L2, and no walk has begun. */
static void begin_walk(struct follower *f, unsigned w, const struct rtl_out *out)
{
    struct miss *m = &f->miss[w];

    m->begun = false;
    m->active = true;
    if (out->walk[w].abort && !out->mem[w].req_valid) {
        m->walk = (struct atlas_walk){.next = ATLAS_WALK_READ};
        return;
    }
    atlas_step_begin(f->twin, m->port, &f->port[m->port].queue[0].s, &m->walk);
    f->stats.l2_hits += m->walk.l2_hit;
}

/* How far the twin's walk is. */
static void describe_walk(struct follower *f, const struct atlas_walk *w)
{
    lockstep_text_add(
        &f->text, "\n  model: satp 0x%" PRIx64 ", level %u of %u, pte 0x%" PRIx64 ", %s",
        w->s.cfg.satp, w->level, w->levels, w->pte,
        w->next != ATLAS_WALK_DONE ? "wants memory" : atlas_reason_name(w->rsp.reason));
}

static void use_answer(struct follower *f, unsigned w, const struct rtl_out *out)
{
    struct miss *m = &f->miss[w];
    bool cas = m->walk.next == ATLAS_WALK_CAS;

    if (!m->active || !m->done || out->walk[w].cas != cas || out->walk[w].step == cas) {
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

/* The end of a walk, or its end before its time: only for a fence, a read-back, or a kill of its
 * own request. */
static void follow_end(struct follower *f, unsigned w, const struct rtl_in *in,
                       const struct rtl_out *out)
{
    struct miss *m = &f->miss[w];

    if (out->walk[w].abort) {
        f->stats.aborts++;
        if (!f->fencing && !f->reading_back && !is_killed_now(f, m->port, in)) {
            follow_differs(f, m->port, "the rtl gives up a walk without a reason");
            return;
        }
        if (m->walk.next == ATLAS_WALK_DONE) {
            follow_differs(f, m->port, "the rtl gives up a walk that is over");
            return;
        }
        atlas_step_abort(f->twin, &m->walk);
        end_walk(f, m, true);
    } else if (out->walk[w].end != (m->active && m->walk.next == ATLAS_WALK_DONE)) {
        if (follow_differs(f, m->port,
                           out->walk[w].end ? "the rtl ends a walk that goes on in the twin"
                                            : "the rtl goes on with a walk that is over in the "
                                              "twin"))
            describe_walk(f, &m->walk);
    } else if (out->walk[w].end) {
        end_walk(f, m, false);
    }
}

static void follow_walk(struct follower *f, unsigned w, const struct rtl_in *in,
                        const struct rtl_out *out)
{
    if (out->walk[w].step || out->walk[w].cas)
        use_answer(f, w, out); /* of an earlier cycle; the next request may come in this one */
    if (!f->failed)
        check_memory(f, w, in, out);
    if (!f->failed)
        follow_end(f, w, in, out);
}

/* ---- Requests that begin, and those that share --------------------------------------------- */

/* The request of port k waits for a walk of its own, or for another's. */
static struct request *missed_request(struct follower *f, unsigned k, const struct rtl_in *in)
{
    struct request *r = follow_oldest(&f->port[k]);

    return r != NULL && r->stage == MISSED && !r->killed && !is_killed_now(f, k, in) ? r : NULL;
}

/* Is a walk for the same page and the like under way for another port, or its result being filled?
 * In that cycle the port is not served either: it may share the result. */
static bool is_walked(struct follower *f, unsigned k)
{
    bool walked = false;

    for (unsigned j = 0; j < f->params.ports; j++) {
        const struct port *p = &f->port[j];

        walked = walked || (j != k && p->filling &&
                            atlas_step_same(f->twin, &f->port[k].queue[0].s, &p->result.s));
    }
    for (unsigned w = 0; w < f->params.walks; w++) {
        const struct miss *m = &f->miss[w];

        walked = walked ||
                 (m->serving && m->port != k && f->port[m->port].count > 0 &&
                  atlas_step_same(f->twin, &f->port[k].queue[0].s, &f->port[m->port].queue[0].s));
    }
    return walked;
}

/* Round robin: of N ports, one that waits for a walk of its own is passed over N - 1 times at
 * most. */
static void check_turns(struct follower *f, unsigned served, const struct rtl_in *in)
{
    for (unsigned k = 0; k < f->params.ports; k++) {
        struct request *r = missed_request(f, k, in);

        if (k == served || r == NULL)
            continue;
        r->passed = f->params.walks > 1 && is_walked(f, k) ? 0 : r->passed + 1;
        if (r->passed >= f->params.ports)
            follow_differs(f, k, "a port waits while another is served out of turn");
    }
}

static void follow_begin(struct follower *f, unsigned w, unsigned port, const struct rtl_in *in)
{
    struct miss *m = &f->miss[w];
    struct request *r = port < f->params.ports ? follow_oldest(&f->port[port]) : NULL;

    if (m->begun || m->active || m->asked || m->offered || m->walk.l2_due)
        follow_differs(f, port, "a walk takes a request while it is busy");
    else if (r == NULL || r->stage != MISSED || r->killed)
        follow_differs(f, port, "a walk takes a request that has not missed");
    else if (f->params.walks > 1 && is_walked(f, port))
        follow_differs(f, port, "a walk begins for a page that is being walked for");
    else {
        check_turns(f, port, in);
        r->stage = SERVED;
        m->begun = true;
        m->port = port;
        f->stats.begins++;
    }
}

/* A port that fills in this cycle shares its result with all that wait for the same and may have
 * it; while a fence waits nothing is shared. */
static bool shares(struct follower *f, unsigned k, const struct rtl_in *in, struct atlas_walk *w)
{
    struct request *r = missed_request(f, k, in);

    if (r == NULL || f->params.walks == 1 || f->fencing || f->reading_back)
        return false;
    for (unsigned j = 0; j < f->params.ports; j++) {
        const struct port *p = &f->port[j];

        if (j != k && p->filling && atlas_step_same(f->twin, &r->s, &p->result.s))
            return atlas_step_share(f->twin, k, &r->s, &p->result, w);
    }
    return false;
}

static void follow_share(struct follower *f, unsigned k, const struct rtl_in *in,
                         const struct rtl_out *out)
{
    struct atlas_walk w;
    bool twin = shares(f, k, in, &w);

    if (out->port[k].share != twin)
        follow_differs(f, k,
                       twin ? "a port does not share a result that it may have"
                            : "a port shares a result that it may not have");
    else if (twin) {
        give_result(f, k, &w);
        f->stats.shares++;
    }
}

/* ---- All walks ----------------------------------------------------------------------------- */

static void check_events(struct follower *f, unsigned w, const struct rtl_out *out)
{
    struct miss *m = &f->miss[w];
    bool event = out->walk[w].step || out->walk[w].cas || out->walk[w].end || out->walk[w].abort;

    m->serving = m->begun || m->active;
    if (event && (!m->serving || out->walk[w].port != m->port))
        follow_differs(f, out->walk[w].port,
                       "an event of a walk, which serves another request or none");
    if (out->walk[w].l2_fill && !m->walk.l2_due)
        follow_differs(f, m->port, "the rtl fills the L2, the twin does not");
}

static void count_walks(struct follower *f)
{
    unsigned serving = 0;

    for (unsigned w = 0; w < f->params.walks; w++)
        serving += f->miss[w].serving;
    if (serving > f->stats.walks)
        f->stats.walks = serving;
}

/* The L2 is looked up before it is written, and what ends in this cycle is written later. */
void follow_walks(struct follower *f, const struct rtl_in *in, const struct rtl_out *out)
{
    unsigned walks = f->params.walks;

    for (unsigned w = 0; w < walks; w++)
        check_events(f, w, out);
    count_walks(f);
    for (unsigned w = 0; w < walks && !f->failed; w++)
        if (f->miss[w].begun)
            begin_walk(f, w, out);
    for (unsigned w = 0; w < walks && !f->failed; w++)
        if (out->walk[w].l2_fill)
            atlas_step_l2_fill(f->twin, &f->miss[w].walk);
    for (unsigned w = 0; w < walks && !f->failed; w++)
        follow_walk(f, w, in, out);
    for (unsigned k = 0; k < f->params.ports && !f->failed; k++)
        follow_share(f, k, in, out);
    for (unsigned w = 0; w < walks && !f->failed; w++)
        if (out->walk[w].begin)
            follow_begin(f, w, out->walk[w].port, in);
}
