/* mmu.c: the top, twin of rtl/atlas_mmu.v: an access goes through the L1, the address check, the
 * L2 and the walker; what comes out is answered, counted and filled. */
#include "mmu/mmu.h"

#include <assert.h>
#include <stdlib.h>

#include "mmu/access_check.h"
#include "mmu/fence.h"
#include "mmu/walker.h"

/* ---- one MMU, from open to close ---- */

/* Index into allow[]: everything an access check depends on but the leaf. */
static unsigned access_kind(const struct atlas_req *req)
{
    return (req->acc & 3U) | (req->priv & 3U) << 2 | (unsigned)req->sum << 4 |
           (unsigned)req->mxr << 5;
}

static bool may_answer(unsigned kind, uint64_t rwxud)
{
    const unsigned acc = kind & 3;
    const uint64_t pte = (rwxud & DATA_RWXU) << ATLAS_PTE_R_LSB;
    const bool d = (rwxud >> DATA_D_LSB & 1) != 0;

    return access_check(pte, acc, kind >> 2 & 3, (kind >> 4 & 1) != 0, kind >> 5 != 0) ==
               ATLAS_REASON_NONE &&
           (d || !access_writes(acc));
}

static void tabulate_access(struct atlas *a)
{
    for (unsigned kind = 0; kind < MMU_ACCESS_KINDS; kind++) {
        a->allow[kind] = 0;
        for (unsigned rwxud = 0; rwxud <= DATA_RWXUD; rwxud++)
            a->allow[kind] |= (uint32_t)may_answer(kind, rwxud) << rwxud;
    }
}

struct atlas *atlas_open(const struct atlas_params *params, const struct atlas_mem_ops *mem,
                         void *ctx)
{
    char why[128];
    struct atlas *a;
    struct entry *ram;

    if (atlas_params_check(params, why, sizeof why) != NULL)
        return NULL;
    a = calloc(1, sizeof *a + sizeof a->store[0] * (params->ports * params->l1_sets +
                                                    params->l2_sets * params->l2_ways));
    if (a == NULL)
        return NULL;
    a->shape = shape_of(params);
    a->regime = regime_of(&a->shape, &a->cfg);
    a->mem = *mem;
    a->mem_ctx = ctx;
    tabulate_access(a);
    ram = a->store;
    for (unsigned port = 0; port < params->ports; port++, ram += params->l1_sets)
        l1_tlb_reset(&a->l1[port], &a->shape, ram);
    l2_tlb_reset(&a->l2, &a->shape, ram);
    return a;
}

void atlas_close(struct atlas *atlas)
{
    free(atlas);
}

const struct atlas_params *atlas_get_params(const struct atlas *atlas)
{
    return &atlas->shape.p;
}

bool atlas_satp_ok(const struct atlas *atlas, uint64_t satp)
{
    return va_mode(&atlas->shape.p, shape_satp_mode(&atlas->shape, satp)).implemented;
}

bool atlas_configure(struct atlas *atlas, const struct atlas_cfg *cfg)
{
    if (!atlas_satp_ok(atlas, cfg->satp))
        return false;
    atlas->cfg = *cfg;
    atlas->regime = regime_of(&atlas->shape, cfg);
    return true;
}

/* ---- answers ---- */

/* mcause of a fault: page or access fault, of the access's own kind. */
static uint8_t cause_of(unsigned reason, unsigned acc)
{
    static const uint8_t page[] = {ATLAS_CAUSE_FETCH_PAGE, ATLAS_CAUSE_LOAD_PAGE,
                                   ATLAS_CAUSE_STORE_PAGE, ATLAS_CAUSE_STORE_PAGE};
    static const uint8_t access[] = {ATLAS_CAUSE_FETCH_ACCESS, ATLAS_CAUSE_LOAD_ACCESS,
                                     ATLAS_CAUSE_STORE_ACCESS, ATLAS_CAUSE_STORE_ACCESS};

    switch (reason) {
    case ATLAS_REASON_VA_WIDTH:
    case ATLAS_REASON_PTE_WIDTH:
    case ATLAS_REASON_PTE_BUS:
    case ATLAS_REASON_LEAF_WIDTH:
    case ATLAS_REASON_AD_BUS: return access[acc & 3];
    default: return page[acc & 3];
    }
}

static void answer_fault(struct atlas *a, struct atlas_walk *w, unsigned reason)
{
    w->next = ATLAS_WALK_DONE;
    w->rsp = (struct atlas_rsp){.fault = true,
                                .cause = cause_of(reason, w->s.req.acc),
                                .reason = (uint8_t)reason,
                                .id = w->s.req.id};
    count_port(a, w->port, ATLAS_CTR_FAULT);
}

/* A page larger than physical memory is not remembered: the L1 does not check the width. */
static bool may_fill(const struct atlas *a, const struct regime *regime, uint64_t data)
{
    const unsigned bits = shape_page_bits(&a->shape, data_level(data), data_napot(data));

    return !regime->tlb_off && ATLAS_PAGE_SHIFT + bits <= a->shape.p.pa_bits;
}

/* Answer the request with the translation `data`, and fill it into the L1. Returns the entry. */
static struct entry answer_leaf(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                                uint64_t data)
{
    const uint64_t key = entry_key(shape_vpn(&a->shape, w->s.req.va), regime->asid);
    const struct entry e = entry_make(&a->shape, key, data);

    w->next = ATLAS_WALK_DONE;
    entry_answer(&e, w->s.req.va, w->s.req.id, &w->rsp);
    w->filled = may_fill(a, regime, data);
    if (w->filled) {
        l1_tlb_fill(&a->l1[w->port], &a->shape, &e);
        count(a, ATLAS_GCTR_FILL);
    }
    return e;
}

/* ---- the path of an access ---- */

static enum atlas_look look(struct atlas *a, unsigned port, const struct regime *regime,
                            const struct atlas_req *req, struct atlas_rsp *rsp)
{
    const uint64_t va = req->va & a->shape.xlen_mask;
    const uint32_t id = req->id & a->shape.id_mask;
    const struct entry *e;
    bool side;

    if (!va_translated(&regime->mode, req->priv)) {
        if (va_check(&regime->mode, va, req->priv) != ATLAS_REASON_NONE)
            return ATLAS_LOOK_MISS;
        count_port(a, port, ATLAS_CTR_BYPASS);
        *rsp = (struct atlas_rsp){.pa = va, .id = id};
        return ATLAS_LOOK_BYPASS;
    }
    count_port(a, port, ATLAS_CTR_LOOKUP);
    if (!regime->tlb_off && va_check(&regime->mode, va, req->priv) == ATLAS_REASON_NONE) {
        e = l1_tlb_find(&a->l1[port], &a->shape, entry_key(shape_vpn(&a->shape, va), regime->asid),
                        &side);
        if (e != NULL && (a->allow[access_kind(req)] >> (e->data & DATA_RWXUD) & 1) != 0) {
            count_port(a, port, side ? ATLAS_CTR_SIDE_HIT : ATLAS_CTR_L1_HIT);
            entry_answer(e, va, id, rsp);
            return side ? ATLAS_LOOK_SIDE : ATLAS_LOOK_L1;
        }
    }
    count_port(a, port, ATLAS_CTR_L1_MISS);
    return ATLAS_LOOK_MISS;
}

/* Ask the L2. Returns true if it has answered. */
static bool ask_l2(struct atlas *a, const struct regime *regime, struct atlas_walk *w)
{
    const uint64_t key = entry_key(shape_vpn(&a->shape, w->s.req.va), regime->asid);
    const struct entry *e = l2_tlb_find(&a->l2, &a->shape, key, &w->l2_way);

    w->l2_hit = e != NULL && (a->allow[access_kind(&w->s.req)] >> (e->data & DATA_RWXUD) & 1) != 0;
    count(a, w->l2_hit ? ATLAS_GCTR_L2_HIT : ATLAS_GCTR_L2_MISS);
    if (w->l2_hit)
        answer_leaf(a, regime, w, e->data);
    return w->l2_hit;
}

/* A step of the walk is over: answer if that was the last. */
static void conclude(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                     const struct walk_step *step)
{
    struct entry e;

    if (step->kind == WALK_FAULT) {
        answer_fault(a, w, step->reason);
    } else if (step->kind == WALK_LEAF) {
        e = answer_leaf(a, regime, w, step->data);
        if (w->filled && a->shape.p.l2_sets > 0 && w->rsp.level == 0 && !w->rsp.napot)
            l2_tlb_fill(&a->l2, &a->shape, &e, w->l2_way);
    }
}

/* The miss unit takes the request in w->s. */
static void begin(struct atlas *a, const struct regime *regime, struct atlas_walk *w)
{
    const unsigned reason = va_check(&regime->mode, w->s.req.va, w->s.req.priv);
    struct walk_step step;

    w->levels = regime->mode.levels;
    w->l2_hit = false;
    w->filled = false;
    if (reason != ATLAS_REASON_NONE) {
        answer_fault(a, w, reason);
        return;
    }
    if (a->shape.p.l2_sets > 0 && !regime->tlb_off && ask_l2(a, regime, w))
        return;
    step = walker_begin(a, regime, w);
    conclude(a, regime, w, &step);
}

static void read_answered(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                          uint64_t pte, enum atlas_mem_status status)
{
    const struct walk_step step = walker_read(a, regime, w, pte, status);

    conclude(a, regime, w, &step);
}

static void cas_answered(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                         enum atlas_mem_status status)
{
    const struct walk_step step = walker_cas(a, regime, w, status);

    conclude(a, regime, w, &step);
}

/* The request as the MMU samples it: fields cut to their width. */
static struct atlas_req sampled_req(const struct shape *shape, const struct atlas_req *req)
{
    return (struct atlas_req){.va = req->va & shape->xlen_mask,
                              .acc = req->acc & 3,
                              .priv = req->priv & 3,
                              .sum = req->sum,
                              .mxr = req->mxr,
                              .id = req->id & shape->id_mask};
}

void atlas_access(struct atlas *atlas, unsigned port, const struct atlas_req *req,
                  struct atlas_rsp *rsp)
{
    const struct regime *regime = &atlas->regime;
    struct atlas_walk w;
    enum atlas_mem_status status;
    uint64_t pte = 0;

    assert(port < atlas->shape.p.ports);
    if (look(atlas, port, regime, req, rsp) != ATLAS_LOOK_MISS)
        return;
    w.s.req = sampled_req(&atlas->shape, req);
    w.port = port;
    begin(atlas, regime, &w);
    while (w.next != ATLAS_WALK_DONE) {
        if (w.next == ATLAS_WALK_READ) {
            status = atlas->mem.read(atlas->mem_ctx, w.addr, &pte);
            read_answered(atlas, regime, &w, pte, status);
        } else {
            status = atlas->mem.cas(atlas->mem_ctx, w.addr, w.old, w.new_value);
            cas_answered(atlas, regime, &w, status);
        }
    }
    *rsp = w.rsp;
}

void atlas_fence(struct atlas *atlas, const struct atlas_fence *fence)
{
    fence_all(atlas, fence);
}

/* ---- step by step ---- */

void atlas_step_sample(const struct atlas *atlas, const struct atlas_req *req,
                       struct atlas_sampled *out)
{
    *out = (struct atlas_sampled){.req = sampled_req(&atlas->shape, req), .cfg = atlas->cfg};
}

enum atlas_look atlas_step_look(struct atlas *atlas, unsigned port, const struct atlas_sampled *s,
                                struct atlas_rsp *rsp)
{
    const struct regime regime = regime_of(&atlas->shape, &s->cfg);

    assert(port < atlas->shape.p.ports);
    return look(atlas, port, &regime, &s->req, rsp);
}

void atlas_step_begin(struct atlas *atlas, unsigned port, const struct atlas_sampled *s,
                      struct atlas_walk *w)
{
    const struct regime regime = regime_of(&atlas->shape, &s->cfg);

    assert(port < atlas->shape.p.ports);
    *w = (struct atlas_walk){.s = *s, .port = port};
    begin(atlas, &regime, w);
}

void atlas_step_read(struct atlas *atlas, struct atlas_walk *w, uint64_t pte,
                     enum atlas_mem_status status)
{
    const struct regime regime = regime_of(&atlas->shape, &w->s.cfg);

    assert(w->next == ATLAS_WALK_READ);
    read_answered(atlas, &regime, w, pte, status);
}

void atlas_step_cas(struct atlas *atlas, struct atlas_walk *w, enum atlas_mem_status status)
{
    const struct regime regime = regime_of(&atlas->shape, &w->s.cfg);

    assert(w->next == ATLAS_WALK_CAS);
    cas_answered(atlas, &regime, w, status);
}

void atlas_step_abort(struct atlas *atlas, struct atlas_walk *w)
{
    assert(w->next != ATLAS_WALK_DONE);
    w->next = ATLAS_WALK_DONE;
    count(atlas, ATLAS_GCTR_ABORT);
}

void atlas_step_killed(struct atlas *atlas, unsigned port)
{
    assert(port < atlas->shape.p.ports);
    count_port(atlas, port, ATLAS_CTR_KILLED);
}

/* ---- what can be seen ---- */

uint64_t atlas_counter(const struct atlas *atlas, unsigned index)
{
    const unsigned of_ports = atlas->shape.p.ports * ATLAS_CTR_PORT_COUNT;
    uint64_t value = 0;

    if (index < of_ports)
        value = atlas->port_ctr[index / ATLAS_CTR_PORT_COUNT][index % ATLAS_CTR_PORT_COUNT];
    else if (index - of_ports < ATLAS_GCTR_GLOBAL_COUNT)
        value = atlas->global_ctr[index - of_ports];
    return value & atlas->shape.ctr_mask;
}

bool atlas_read_back(const struct atlas *atlas, unsigned array, unsigned port, unsigned index,
                     struct atlas_entry *out)
{
    const struct atlas_params *p = &atlas->shape.p;

    if (array != ATLAS_RB_L2 && port >= p->ports)
        return false;
    if (array == ATLAS_RB_L1 && index < p->l1_sets)
        *out = entry_show(&atlas->l1[port].ram[index]);
    else if (array == ATLAS_RB_SIDE && index < p->l1_side)
        *out = entry_show(&atlas->l1[port].side[index]);
    else if (array == ATLAS_RB_L2 && index < p->l2_sets * p->l2_ways)
        *out = entry_show(&atlas->l2.ram[index]);
    else if (array == ATLAS_RB_PTR && p->walk_cache != 0 && index < p->levels - 1)
        *out = walk_cache_show(&atlas->wc[port], &atlas->shape, index);
    else
        return false;
    return true;
}

unsigned atlas_replacement(const struct atlas *atlas, unsigned port)
{
    assert(port <= atlas->shape.p.ports);
    return port < atlas->shape.p.ports ? atlas->l1[port].next : atlas->l2.next;
}

/* ---- the door ---- */

static const struct atlas_params *port_params(void *self)
{
    return atlas_get_params(self);
}

static bool port_configure(void *self, const struct atlas_cfg *cfg)
{
    return atlas_configure(self, cfg);
}

static void port_access(void *self, unsigned port, const struct atlas_req *req,
                        struct atlas_rsp *rsp)
{
    atlas_access(self, port, req, rsp);
}

static void port_fence(void *self, const struct atlas_fence *fence)
{
    atlas_fence(self, fence);
}

static uint64_t port_counter(void *self, unsigned index)
{
    return atlas_counter(self, index);
}

struct mmu_port atlas_port(struct atlas *atlas)
{
    return (struct mmu_port){.self = atlas,
                             .params = port_params,
                             .configure = port_configure,
                             .access = port_access,
                             .fence = port_fence,
                             .counter = port_counter};
}
