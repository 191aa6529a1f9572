/* walker.c: twin of rtl/atlas_walker.v. */
#include "mmu/walker.h"

#include "mmu/ad_update.h"

static inline struct walk_step waits(void)
{
    return (struct walk_step){.end = WALK_WAITS};
}

static inline struct walk_step fault(unsigned reason)
{
    return (struct walk_step){.end = reason};
}

static inline struct walk_step leaf(uint64_t data)
{
    return (struct walk_step){.end = WALK_LEAF, .data = data};
}

/* Ask for the PTE of the level that the walk has reached. */
static ALWAYS_INLINE struct walk_step want_pte(const struct shape *shape, struct atlas_walk *w)
{
    const uint64_t offset = w->s.req.va >> shape->pte_shift[w->level] & shape->pte_mask;

    w->next = ATLAS_WALK_READ;
    w->addr = w->table << ATLAS_PAGE_SHIFT | offset;
    return waits();
}

static ALWAYS_INLINE struct walk_step begin(struct atlas *a, const struct regime *regime,
                                            struct atlas_walk *w)
{
    const struct pointer *p = NULL;

    if ((regime->root & regime->rules.ppn_beyond) != 0)
        return fault(ATLAS_REASON_PTE_WIDTH);
    a->ctr[ATLAS_GCTR_WALK]++;
    w->level = w->levels - 1;
    w->table = regime->root;
    w->g = false;
    if (regime->pointers)
        p = walk_cache_find(&a->lane[w->port].wc, regime, shape_vpn(&a->shape, w->s.req.va),
                            &w->level);
    if (p != NULL) {
        a->ctr[ATLAS_GCTR_PTR_HIT]++;
        w->table = p->ppn;
        w->g = p->g;
    }
    return want_pte(&a->shape, w);
}

/* One level down. */
static ALWAYS_INLINE struct walk_step follow(struct atlas *a, const struct regime *regime,
                                             struct atlas_walk *w, uint64_t pte)
{
    w->level--;
    w->table = pte_ppn(&regime->rules, pte);
    w->g = w->g || (pte & ATLAS_MASK(PTE_G)) != 0;
    if (regime->pointers) {
        const struct pointer p = {
            .vpn = shape_vpn(&a->shape, w->s.req.va), .ppn = w->table, .g = w->g};

        walk_cache_fill(&a->lane[w->port].wc, regime, w->level, p);
    }
    return want_pte(&a->shape, w);
}

/* A leaf that may not be used as it is: the first rule that refuses it, else an A/D update. */
static struct walk_step check_leaf(const struct regime *regime, struct atlas_walk *w, uint64_t pte,
                                   uint64_t data)
{
    const struct atlas_req *req = &w->s.req;
    unsigned reason = access_check(pte, req->acc, req->priv, req->sum, req->mxr);

    if (reason == ATLAS_REASON_NONE)
        reason = ad_update_check(pte, req->acc, regime->adue);
    if (reason == ATLAS_REASON_NONE && (data & DATA_PPN & regime->mode.pa_beyond) != 0)
        reason = ATLAS_REASON_LEAF_WIDTH;
    if (reason != ATLAS_REASON_NONE)
        return fault(reason);
    w->next = ATLAS_WALK_CAS;
    w->old = pte;
    w->new_value = ad_update_value(pte, req->acc);
    return waits();
}

static ALWAYS_INLINE struct walk_step use_leaf(struct atlas *a, const struct regime *regime,
                                               struct atlas_walk *w, uint64_t pte,
                                               const struct pte_decoded *d)
{
    const uint64_t data = walker_leaf(&a->shape, w, pte, d);

    if (mmu_allows(a, access_kind(&w->s.req), data) && (pte & ATLAS_MASK(PTE_A)) != 0 &&
        (data & DATA_PPN & regime->mode.pa_beyond) == 0)
        return leaf(data);
    return check_leaf(regime, w, pte, data);
}

static ALWAYS_INLINE struct walk_step use_pte(struct atlas *a, const struct regime *regime,
                                              struct atlas_walk *w, uint64_t pte,
                                              enum atlas_mem_status status)
{
    const struct pte_rules *rules = &regime->rules;
    struct pte_decoded d;

    a->ctr[ATLAS_GCTR_PTE_READ]++;
    if (status != ATLAS_MEM_OK) {
        a->ctr[ATLAS_GCTR_BUS_ERROR]++;
        return fault(ATLAS_REASON_PTE_BUS);
    }
    pte &= a->shape.xlen_mask;
    if (w->level != 0 && pte_plain_pointer(rules, pte))
        return follow(a, regime, w, pte);
    if (w->level == 0 && pte_plain_leaf(rules, pte))
        d = (struct pte_decoded){.ppn = pte_ppn(rules, pte), .leaf = true};
    else
        d = pte_decode(rules, pte, w->level);
    return d.reason != ATLAS_REASON_NONE ? fault(d.reason) : use_leaf(a, regime, w, pte, &d);
}

struct walk_step walker_begin(struct atlas *a, const struct regime *regime, struct atlas_walk *w)
{
    return begin(a, regime, w);
}

struct walk_step walker_read(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                             uint64_t pte, enum atlas_mem_status status)
{
    return use_pte(a, regime, w, pte, status);
}

struct walk_step walker_cas(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                            enum atlas_mem_status status)
{
    const struct pte_decoded d = pte_decode(&regime->rules, w->new_value, w->level);

    a->ctr[ATLAS_GCTR_CAS]++;
    if (status == ATLAS_MEM_OK)
        return leaf(walker_leaf(&a->shape, w, w->new_value, &d));
    if (status == ATLAS_MEM_OTHER) {
        a->ctr[ATLAS_GCTR_CAS_FAIL]++;
        w->next = ATLAS_WALK_READ;
        return waits();
    }
    a->ctr[ATLAS_GCTR_BUS_ERROR]++;
    return fault(ATLAS_REASON_AD_BUS);
}

struct walk_step walker_run(struct atlas *a, const struct regime *regime, struct atlas_walk *w)
{
    struct walk_step step = begin(a, regime, w);
    enum atlas_mem_status status;
    uint64_t pte = 0;

    while (step.end == WALK_WAITS) {
        if (w->next == ATLAS_WALK_READ) {
            status = a->mem.read(a->mem_ctx, w->addr, &pte);
            step = use_pte(a, regime, w, pte, status);
        } else {
            status = a->mem.cas(a->mem_ctx, w->addr, w->old, w->new_value);
            step = walker_cas(a, regime, w, status);
        }
    }
    return step;
}
