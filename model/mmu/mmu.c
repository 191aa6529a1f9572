/* mmu.c: the top, twin of rtl/atlas_mmu.v: a request goes through its port's L1, the address
 * check, the L2 and the walker; what comes out is answered, counted and filled. In one call
 * (atlas_access) or step by step (step.h). */
#include "mmu/mmu.h"

#include <assert.h>

#include "mmu/fence.h"
#include "mmu/walker.h"

/* ---- the L1 ---- */

static inline enum atlas_look bypass(struct mmu_lane *lane, const struct regime *regime,
                                     uint64_t va, uint32_t id, struct atlas_rsp *rsp)
{
    if ((va & regime->mode.pa_beyond) != 0)
        return ATLAS_LOOK_MISS;
    lane->ctr[ATLAS_CTR_BYPASS]++;
    *rsp = (struct atlas_rsp){.pa = va, .id = id};
    return ATLAS_LOOK_BYPASS;
}

static inline enum atlas_look look_large(struct atlas *a, struct mmu_lane *lane,
                                         const struct entry *e, const struct atlas_req *req,
                                         struct atlas_rsp *rsp)
{
    if (!mmu_allows(a, access_kind(req), e->data))
        return ATLAS_LOOK_MISS;
    lane->ctr[ATLAS_CTR_SIDE_HIT]++;
    entry_answer(&a->shape, e->data, req->va, req->id & a->shape.id_mask, rsp);
    return ATLAS_LOOK_SIDE;
}

static inline enum atlas_look look_ram(struct atlas *a, struct mmu_lane *lane, uint64_t key,
                                       const struct atlas_req *req, struct atlas_rsp *rsp)
{
    const struct entry *e = l1_tlb_ram(&lane->l1, &a->shape, key & KEY_VPN);

    if (!entry_matches(e, key) || !mmu_allows(a, access_kind(req), e->data))
        return ATLAS_LOOK_MISS;
    lane->ctr[ATLAS_CTR_L1_HIT]++;
    *rsp = (struct atlas_rsp){.pa = (e->data & DATA_PPN) | (req->va & DATA_OFFSET),
                              .pbmt = data_pbmt(e->data),
                              .id = req->id & a->shape.id_mask};
    return ATLAS_LOOK_L1;
}

/* Look a request up; model/README.md, 1. */
static inline enum atlas_look look(struct atlas *a, struct mmu_lane *lane,
                                   const struct regime *regime, const struct atlas_req *req,
                                   struct atlas_rsp *rsp)
{
    const uint64_t va = req->va & a->shape.xlen_mask;
    enum atlas_look found = ATLAS_LOOK_MISS;
    const struct entry *large;
    uint64_t key;

    if (!va_translated(&regime->mode, req->priv & 3U))
        return bypass(lane, regime, va, req->id & a->shape.id_mask, rsp);
    lane->ctr[ATLAS_CTR_LOOKUP]++;
    if (!regime->tlb_off && va_canonical(&regime->mode, va)) {
        key = regime->key | shape_vpn(&a->shape, va);
        large = l1_tlb_find_large(&lane->l1, &a->shape, key);
        found =
            large != NULL ? look_large(a, lane, large, req, rsp) : look_ram(a, lane, key, req, rsp);
    }
    if (found == ATLAS_LOOK_MISS)
        lane->ctr[ATLAS_CTR_L1_MISS]++;
    return found;
}

/* ---- answers of the miss unit ---- */

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
    case ATLAS_REASON_AD_BUS: return access[acc];
    default: return page[acc];
    }
}

static void answer_fault(struct atlas *a, struct atlas_walk *w, unsigned reason,
                         struct atlas_rsp *rsp)
{
    assert(reason != ATLAS_REASON_NONE);
    w->next = ATLAS_WALK_DONE;
    *rsp = (struct atlas_rsp){.fault = true,
                              .cause = cause_of(reason, w->s.req.acc),
                              .reason = (uint8_t)reason,
                              .id = w->s.req.id};
    a->lane[w->port].ctr[ATLAS_CTR_FAULT]++;
}

/* Remember a translation. A page larger than physical memory is not remembered: the L1 does not
 * check the width. */
static ALWAYS_INLINE void fill(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                               uint64_t data)
{
    const uint64_t key = regime->key | shape_vpn(&a->shape, w->s.req.va);
    const struct entry e = entry_make(&a->shape, key, data);

    if ((a->shape.fills >> data_size(data) & 1) == 0)
        return;
    w->filled = true;
    w->data = data;
    a->ctr[ATLAS_GCTR_FILL]++;
    *l1_tlb_place(&a->lane[w->port].l1, &a->shape, key, data_size(data)) = e;
}

/* What a walk has filled into the L1 goes to the L2, too. */
static ALWAYS_INLINE void fill_l2(struct atlas *a, const struct regime *regime,
                                  const struct atlas_walk *w)
{
    const uint64_t key = regime->key | shape_vpn(&a->shape, w->s.req.va);

    l2_tlb_fill(&a->l2, &a->shape, key, w->data);
}

/* Answer with the translation `data`, whose PPN is composed. */
static ALWAYS_INLINE void answer_leaf(struct atlas *a, const struct regime *regime,
                                      struct atlas_walk *w, uint64_t data, struct atlas_rsp *rsp)
{
    w->next = ATLAS_WALK_DONE;
    *rsp = (struct atlas_rsp){.pa = (data & DATA_PPN) | (w->s.req.va & DATA_OFFSET),
                              .level = data_level(data),
                              .napot = data_napot(data),
                              .pbmt = data_pbmt(data),
                              .id = w->s.req.id};
    if (!regime->tlb_off)
        fill(a, regime, w, data);
}

/* ---- the miss unit ---- */

/* Ask the L2. Returns true if it has answered. */
static ALWAYS_INLINE bool ask_l2(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                                 struct atlas_rsp *rsp)
{
    const uint64_t key = regime->key | shape_vpn(&a->shape, w->s.req.va);
    const struct entry *e = l2_tlb_find(&a->l2, &a->shape, key);

    w->l2_hit = e != NULL && mmu_allows(a, access_kind(&w->s.req), e->data);
    a->ctr[w->l2_hit ? ATLAS_GCTR_L2_HIT : ATLAS_GCTR_L2_MISS]++;
    if (w->l2_hit)
        answer_leaf(a, regime, w, entry_compose(&a->shape, e->data, w->s.req.va), rsp);
    return w->l2_hit;
}

/* What comes before a walk. Returns true if that was the answer; model/README.md, 2.1, 2.2. */
static ALWAYS_INLINE bool answered_before_walk(struct atlas *a, const struct regime *regime,
                                               struct atlas_walk *w, struct atlas_rsp *rsp)
{
    const struct va_mode *mode = &regime->mode;
    const struct atlas_req *req = &w->s.req;

    w->levels = regime->mode.levels;
    w->l2_hit = false;
    w->filled = false;
    w->l2_due = false;
    if (!va_translated(mode, req->priv) || !va_canonical(mode, req->va)) {
        answer_fault(a, w, va_check(mode, req->va, req->priv), rsp);
        return true;
    }
    if (a->shape.p.l2_sets > 0 && !regime->tlb_off && ask_l2(a, regime, w, rsp))
        return true;
    if (a->shape.p.sw_refill == 0)
        return false;
    answer_fault(a, w, ATLAS_REASON_TLB_MISS, rsp);
    return true;
}

/* A step of the walk is over: answer if that was the last. */
static ALWAYS_INLINE void conclude(struct atlas *a, const struct regime *regime,
                                   struct atlas_walk *w, struct walk_step step,
                                   struct atlas_rsp *rsp)
{
    if (step.end == WALK_LEAF) {
        answer_leaf(a, regime, w, step.data, rsp);
        w->l2_due = w->filled && (a->shape.l2_fills >> data_size(step.data) & 1) != 0;
    } else if (step.end != WALK_WAITS)
        answer_fault(a, w, (unsigned)step.end, rsp);
}

/* The request as the MMU samples it: fields cut to their width. */
static ALWAYS_INLINE struct atlas_req sampled_req(const struct shape *shape,
                                                  const struct atlas_req *req)
{
    return (struct atlas_req){.va = req->va & shape->xlen_mask,
                              .acc = req->acc & 3,
                              .priv = req->priv & 3,
                              .sum = req->sum,
                              .mxr = req->mxr,
                              .id = req->id & shape->id_mask};
}

/* Apart, so that a hit saves no registers. */
static NEVER_INLINE void miss(struct atlas *a, unsigned port, const struct atlas_req *req,
                              struct atlas_rsp *rsp)
{
    struct atlas_walk w;

    w.s.req = sampled_req(&a->shape, req);
    w.port = port;
    if (!answered_before_walk(a, &a->regime, &w, rsp))
        conclude(a, &a->regime, &w, walker_run(a, &a->regime, &w), rsp);
    if (w.l2_due)
        fill_l2(a, &a->regime, &w);
}

void atlas_access(struct atlas *atlas, unsigned port, const struct atlas_req *req,
                  struct atlas_rsp *rsp)
{
    assert(port < atlas->shape.p.ports);
    if (look(atlas, &atlas->lane[port], &atlas->regime, req, rsp) == ATLAS_LOOK_MISS)
        miss(atlas, port, req, rsp);
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
    return look(atlas, &atlas->lane[port], &regime, &s->req, rsp);
}

void atlas_step_begin(struct atlas *atlas, unsigned port, const struct atlas_sampled *s,
                      struct atlas_walk *w)
{
    const struct regime regime = regime_of(&atlas->shape, &s->cfg);

    assert(port < atlas->shape.p.ports);
    *w = (struct atlas_walk){.s = *s, .port = port};
    if (!answered_before_walk(atlas, &regime, w, &w->rsp))
        conclude(atlas, &regime, w, walker_begin(atlas, &regime, w), &w->rsp);
}

void atlas_step_read(struct atlas *atlas, struct atlas_walk *w, uint64_t pte,
                     enum atlas_mem_status status)
{
    const struct regime regime = regime_of(&atlas->shape, &w->s.cfg);

    assert(w->next == ATLAS_WALK_READ);
    conclude(atlas, &regime, w, walker_read(atlas, &regime, w, pte, status), &w->rsp);
}

void atlas_step_cas(struct atlas *atlas, struct atlas_walk *w, enum atlas_mem_status status)
{
    const struct regime regime = regime_of(&atlas->shape, &w->s.cfg);

    assert(w->next == ATLAS_WALK_CAS);
    conclude(atlas, &regime, w, walker_cas(atlas, &regime, w, status), &w->rsp);
}

void atlas_step_l2_fill(struct atlas *atlas, struct atlas_walk *w)
{
    const struct regime regime = regime_of(&atlas->shape, &w->s.cfg);

    assert(w->l2_due);
    w->l2_due = false;
    fill_l2(atlas, &regime, w);
}

bool atlas_step_same(const struct atlas *atlas, const struct atlas_sampled *a,
                     const struct atlas_sampled *b)
{
    const struct shape *shape = &atlas->shape;
    const struct regime x = regime_of(shape, &a->cfg), y = regime_of(shape, &b->cfg);
    bool plain = va_translated(&x.mode, a->req.priv) && va_canonical(&x.mode, a->req.va) &&
                 va_translated(&y.mode, b->req.priv) && va_canonical(&y.mode, b->req.va) &&
                 (x.root & x.rules.ppn_beyond) == 0 && !x.tlb_off && !y.tlb_off;

    return plain && shape_vpn(shape, a->req.va) == shape_vpn(shape, b->req.va) && x.key == y.key &&
           x.mode.levels == y.mode.levels && x.root == y.root && a->cfg.adue == b->cfg.adue &&
           a->cfg.pbmte == b->cfg.pbmte && a->cfg.napote == b->cfg.napote;
}

bool atlas_step_share(struct atlas *atlas, unsigned port, const struct atlas_sampled *s,
                      const struct atlas_walk *from, struct atlas_walk *w)
{
    const struct regime regime = regime_of(&atlas->shape, &s->cfg);

    assert(port < atlas->shape.p.ports && from->filled);
    if (!mmu_allows(atlas, access_kind(&s->req), from->data))
        return false;
    *w = (struct atlas_walk){.s = *s, .port = port};
    answer_leaf(atlas, &regime, w, from->data, &w->rsp);
    return true;
}

void atlas_step_abort(struct atlas *atlas, struct atlas_walk *w)
{
    assert(w->next != ATLAS_WALK_DONE);
    w->next = ATLAS_WALK_DONE;
    atlas->ctr[ATLAS_GCTR_ABORT]++;
}

void atlas_step_killed(struct atlas *atlas, unsigned port)
{
    assert(port < atlas->shape.p.ports);
    atlas->lane[port].ctr[ATLAS_CTR_KILLED]++;
}
