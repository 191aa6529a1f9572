/* prefetch.c: see prefetch.h. */
#include "prefetch.h"

#include <stdlib.h>

#include "mmu/step.h"
#include "mmu/walker.h"
#include "report.h"

enum { MAX_WALKS = 4, NO_PORT = MMU_MAX_PORTS };

/* The time that it takes, if a prefetch keeps a channel for `read` cycles. */
struct clock {
    uint64_t now, read;
    uint64_t walk[MAX_WALKS]; /* when each channel is free                     */
    uint64_t arrives;         /* when the last prefetch is, or was, remembered */
    uint64_t coming;          /* ... under this key; 0: it is not              */
    unsigned coming_port;     /* ... by this port                              */
};

struct prefetch {
    enum prefetch_place place;
    bool pair;
    unsigned latency;
    struct trace_mmu *mmu;
    struct atlas *a; /* mmu's */
    struct entry buffer[MMU_MAX_PORTS];
    struct clock free, paid;
    struct prefetch_figures figures;
    unsigned filled_port; /* whose L1 the record before has written, or NO_PORT */
};

/* What a record asks of the clocks. */
struct took {
    unsigned port;
    uint64_t key;
    uint64_t cycles; /* from the lookup to the answer        */
    bool missed;     /* a channel is needed                  */
    bool filled;     /* the L1 was written                   */
    bool prefetched; /* a neighbour's PTE was read           */
    uint64_t coming; /* ... and is remembered under this key */
};

/* ---- The prefetch -------------------------------------------------------------------------- */

static uint64_t key_of(const struct atlas *a, uint64_t va)
{
    return a->regime.key | shape_vpn(&a->shape, va & a->shape.xlen_mask);
}

/* Turn the walk, which has read a leaf, into that of its neighbour. False: in another table. */
static bool go_to_neighbour(const struct prefetch *p, struct atlas_walk *w)
{
    const uint64_t bytes = p->a->shape.p.xlen / 8, from = w->addr;

    w->addr = p->pair ? from ^ bytes : from + bytes;
    w->s.req.va = p->pair ? w->s.req.va ^ ATLAS_PAGE_SIZE : w->s.req.va + ATLAS_PAGE_SIZE;
    return (w->addr ^ from) >> ATLAS_PAGE_SHIFT == 0;
}

static bool is_held(const struct prefetch *p, unsigned port, uint64_t key)
{
    const struct atlas *a = p->a;
    const struct l1_tlb *l1 = &a->lane[port].l1;

    if (p->place == PREFETCH_L2)
        return l2_tlb_find(&a->l2, &a->shape, key) != NULL;
    return entry_matches(&p->buffer[port], key) || l1_tlb_find_large(l1, &a->shape, key) != NULL ||
           entry_matches(l1_tlb_ram(l1, &a->shape, key & KEY_VPN), key);
}

/* What a walk would remember of this PTE, if it could use it as it is. False: nothing. */
static bool leaf_of(const struct atlas *a, const struct atlas_walk *w, uint64_t *data)
{
    struct pte_decoded d;
    uint64_t pte;

    if (a->mem.read(a->mem_ctx, w->addr, &pte) != ATLAS_MEM_OK)
        return false;
    d = pte_decode(&a->regime.rules, pte, w->level);
    *data = walker_leaf(&a->shape, w, pte, &d);
    return d.reason == ATLAS_REASON_NONE && data_size(*data) == 0 &&
           (pte & ATLAS_MASK(PTE_A)) != 0 && (*data & DATA_PPN & a->regime.mode.pa_beyond) == 0;
}

static struct entry *place_of(struct prefetch *p, unsigned port, uint64_t key)
{
    struct atlas *a = p->a;

    if (p->place == PREFETCH_L1)
        return l1_tlb_place(&a->lane[port].l1, &a->shape, key, 0);
    if (p->place == PREFETCH_BUFFER)
        return &p->buffer[port];
    return l2_tlb_place(&a->l2, &a->shape, key);
}

/* After the walk w. */
static void read_neighbour(struct prefetch *p, struct atlas_walk w, struct took *t)
{
    uint64_t key, data;

    if (p->place == PREFETCH_NOWHERE || !w.filled || data_size(w.data) != 0 ||
        !go_to_neighbour(p, &w))
        return;
    key = key_of(p->a, w.s.req.va);
    if (is_held(p, w.port, key))
        return;
    p->figures.prefetches++;
    t->prefetched = true;
    if (!leaf_of(p->a, &w, &data))
        return;
    *place_of(p, w.port, key) = entry_make(&p->a->shape, key, data);
    t->coming = key;
}

/* What the L1 has missed may be in the buffer: it moves. */
static bool promote(struct prefetch *p, const struct atlas_req *req, struct took *t)
{
    struct atlas *a = p->a;
    struct entry *e = &p->buffer[t->port];
    const struct va_mode *mode = &a->regime.mode;

    if (!va_translated(mode, req->priv) || !va_canonical(mode, req->va) ||
        !entry_matches(e, t->key) || !mmu_allows(a, access_kind(req), e->data))
        return false;
    *l1_tlb_place(&a->lane[t->port].l1, &a->shape, t->key, 0) = *e;
    *e = ENTRY_EMPTY;
    t->filled = true;
    return true;
}

/* ---- The miss unit ------------------------------------------------------------------------- */

/* Memory answers what the walk asks for. Returns the cycles that this takes. */
static unsigned serve(const struct prefetch *p, struct atlas_walk *w)
{
    const struct atlas_mem_ops *mem = &p->a->mem;
    void *ctx = p->a->mem_ctx;
    enum atlas_mem_status status;
    uint64_t pte;

    if (w->next == ATLAS_WALK_CAS) {
        atlas_step_cas(p->a, w, mem->cas(ctx, w->addr, w->old, w->new_value));
        return p->latency + 2;
    }
    status = mem->read(ctx, w->addr, &pte);
    atlas_step_read(p->a, w, pte, status);
    return p->latency + 1;
}

static void miss(struct prefetch *p, const struct atlas_sampled *s, struct took *t)
{
    struct atlas_walk w;
    bool walks;

    atlas_step_begin(p->a, t->port, s, &w);
    walks = w.next != ATLAS_WALK_DONE;
    t->cycles += walks && p->a->shape.p.l2_sets > 0 ? 4 : 3;
    while (w.next != ATLAS_WALK_DONE)
        t->cycles += serve(p, &w);
    if (w.l2_due)
        atlas_step_l2_fill(p->a, &w);
    t->missed = true;
    t->filled = w.filled;
    p->figures.misses++;
    p->figures.walks += walks;
    if (walks)
        read_neighbour(p, w, t);
}

/* ---- Time ---------------------------------------------------------------------------------- */

static void wait_until(struct clock *c, uint64_t when)
{
    c->now = c->now < when ? when : c->now;
}

static uint64_t *first_free(struct clock *c, unsigned walks)
{
    uint64_t *first = c->walk;

    for (unsigned i = 1; i < walks; i++)
        first = c->walk[i] < *first ? &c->walk[i] : first;
    return first;
}

/* Is it the prefetched page that the record needs? */
static bool awaits(const struct prefetch *p, const struct clock *c, const struct took *t)
{
    return t->key == c->coming && (p->place == PREFETCH_L2 ? t->missed : t->port == c->coming_port);
}

/* One record, and the `n` accesses left out before it. */
static void advance(const struct prefetch *p, struct clock *c, const struct took *t, uint64_t n)
{
    uint64_t *channel = first_free(c, p->a->shape.p.walks);
    const uint64_t begin = c->now;

    c->now += n * p->a->shape.p.hit_latency + (t->port == p->filled_port);
    if (awaits(p, c, t))
        wait_until(c, c->arrives);
    if (p->place == PREFETCH_L1 && c->coming != 0 && t->port == c->coming_port &&
        begin <= c->arrives && c->arrives <= c->now)
        c->now++;
    if (t->missed)
        wait_until(c, *channel);
    c->now += t->cycles;
    if (!t->prefetched || c->read == 0)
        return;
    *channel = c->arrives = c->now + c->read;
    c->coming = t->coming;
    c->coming_port = t->port;
}

static void advance_fence(const struct prefetch *p, struct clock *c, bool by_address)
{
    const struct atlas_params *params = &p->a->shape.p;
    unsigned sets = params->l1_sets > params->l1_big ? params->l1_sets : params->l1_big;

    sets = sets > params->l2_sets ? sets : params->l2_sets;
    for (unsigned i = 0; i < params->walks; i++)
        wait_until(c, c->walk[i]);
    c->now += by_address ? 5 : sets + 4; /* to the end of its last write */
}

/* ---- Events -------------------------------------------------------------------------------- */

static void do_record(struct prefetch *p, const struct mmutrace_event *e)
{
    struct atlas_req req;
    struct took t = {.port = trace_mmu_request(p->mmu, e, &req),
                     .key = key_of(p->a, e->va),
                     .cycles = p->a->shape.p.hit_latency};
    struct atlas_sampled s;
    struct atlas_rsp rsp;

    atlas_step_sample(p->a, &req, &s);
    if (atlas_step_look(p->a, t.port, &s, &rsp) == ATLAS_LOOK_MISS && !promote(p, &s.req, &t))
        miss(p, &s, &t);
    advance(p, &p->free, &t, e->n);
    advance(p, &p->paid, &t, e->n);
    p->filled_port = t.filled ? t.port : NO_PORT;
    p->figures.accesses += e->n + 1;
}

static void do_fence(struct prefetch *p, const struct mmutrace_event *e)
{
    const struct shape *shape = &p->a->shape;
    const uint64_t asid = (uint64_t)(e->asid & shape->asid_mask) << KEY_ASID_LSB;
    const uint64_t named = (e->has_va ? KEY_VPN : 0) | (e->has_asid ? KEY_ASID : 0);

    for (unsigned i = 0; i < shape->p.ports; i++)
        if (entry_fenced(&p->buffer[i], asid | shape_vpn(shape, e->va), named))
            p->buffer[i] = ENTRY_EMPTY;
    advance_fence(p, &p->free, e->has_va);
    advance_fence(p, &p->paid, e->has_va);
    p->filled_port = NO_PORT;
}

bool prefetch_event(struct prefetch *p, const struct mmutrace_event *e)
{
    if (e->kind >= MMUTRACE_ACCESS)
        return do_record(p, e), true;
    if (e->kind == MMUTRACE_UPDATE && p->a->cfg.adue)
        return true; /* the MMU makes it itself */
    if (e->kind == MMUTRACE_FENCE)
        do_fence(p, e);
    return trace_mmu_event(p->mmu, e);
}

struct prefetch *prefetch_open(const struct atlas_params *params,
                               const struct mmutrace_header *header, enum prefetch_place place,
                               bool pair, unsigned latency)
{
    struct trace_mmu *mmu = trace_mmu_open(params, header);
    struct prefetch *p;

    if (mmu == NULL)
        return NULL;
    p = report_need(calloc(1, sizeof *p));
    *p = (struct prefetch){.place = place,
                           .pair = pair,
                           .latency = latency,
                           .mmu = mmu,
                           .a = trace_mmu_atlas(mmu),
                           .paid.read = latency + 1,
                           .filled_port = NO_PORT};
    for (unsigned i = 0; i < MMU_MAX_PORTS; i++)
        p->buffer[i] = ENTRY_EMPTY;
    return p;
}

void prefetch_close(struct prefetch *p)
{
    if (p == NULL)
        return;
    trace_mmu_close(p->mmu);
    free(p);
}

struct prefetch_figures prefetch_figures(const struct prefetch *p)
{
    struct prefetch_figures f = p->figures;

    f.free = p->free.now;
    f.paid = p->paid.now;
    return f;
}
