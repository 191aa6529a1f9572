/* walker.c: twin of rtl/atlas_walker.v. */
#include "mmu/walker.h"

#include "mmu/access_check.h"
#include "mmu/ad_update.h"

static const struct walk_step waits = {.kind = WALK_WAITS};

static struct walk_step fault(unsigned reason)
{
    return (struct walk_step){.kind = WALK_FAULT, .reason = reason};
}

/* Ask for the PTE of the level that the walk has reached. */
static struct walk_step want_pte(const struct shape *shape, struct atlas_walk *w)
{
    const uint64_t vpn = shape_vpn(shape, w->s.req.va);
    const uint64_t slice = vpn >> (shape->slice_bits * w->level) & ATLAS_ONES(shape->slice_bits);

    w->next = ATLAS_WALK_READ;
    w->addr = w->table << ATLAS_PAGE_SHIFT | slice << shape->pte_shift;
    return waits;
}

struct walk_step walker_begin(struct atlas *a, const struct regime *regime, struct atlas_walk *w)
{
    const uint64_t vpn = shape_vpn(&a->shape, w->s.req.va);
    const struct pointer *p = NULL;

    if ((regime->root & regime->rules.ppn_beyond) != 0)
        return fault(ATLAS_REASON_PTE_WIDTH);
    count(a, ATLAS_GCTR_WALK);
    w->level = w->levels - 1;
    w->table = regime->root;
    w->g = false;
    if (a->shape.p.walk_cache != 0 && !regime->tlb_off)
        p = walk_cache_find(&a->wc[w->port], &a->shape, regime, vpn, &w->level);
    if (p != NULL) {
        count(a, ATLAS_GCTR_PTR_HIT);
        w->table = p->ppn;
        w->g = p->g;
    }
    return want_pte(&a->shape, w);
}

/* One level down. */
static struct walk_step follow(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                               uint64_t table)
{
    w->level--;
    w->table = table;
    w->g = w->g || (w->pte & ATLAS_MASK(PTE_G)) != 0;
    if (a->shape.p.walk_cache != 0 && !regime->tlb_off)
        walk_cache_fill(&a->wc[w->port], &a->shape, regime, shape_vpn(&a->shape, w->s.req.va),
                        w->level, table, w->g);
    return want_pte(&a->shape, w);
}

/* The leaf w->pte as a translation of the request's address. */
static uint64_t leaf_data(const struct shape *shape, const struct atlas_walk *w,
                          const struct pte_decoded *leaf)
{
    const uint64_t inside = ATLAS_ONES(shape_page_bits(shape, w->level, leaf->napot));
    const uint64_t ppn = (leaf->ppn & ~inside) | (shape_vpn(shape, w->s.req.va) & inside);
    const bool g = w->g || (w->pte & ATLAS_MASK(PTE_G)) != 0;

    return ppn << ATLAS_PAGE_SHIFT | (uint64_t)g << DATA_G_LSB |
           (uint64_t)w->level << DATA_LEVEL_LSB | (uint64_t)leaf->napot << DATA_NAPOT_LSB |
           (uint64_t)leaf->pbmt << DATA_PBMT_LSB | ATLAS_GET(w->pte, PTE_D) << DATA_D_LSB |
           (w->pte >> ATLAS_PTE_R_LSB & DATA_RWXU);
}

/* All about a leaf that pte_decode has passed, in the order of model/README.md, 2.7 to 2.10. */
static struct walk_step use_leaf(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                                 const struct pte_decoded *leaf)
{
    const struct atlas_req *req = &w->s.req;
    const uint64_t updated = ad_update_value(w->pte, req->acc);
    const uint64_t data = leaf_data(&a->shape, w, leaf);
    unsigned reason = access_check(w->pte, req->acc, req->priv, req->sum, req->mxr);

    if (reason == ATLAS_REASON_NONE)
        reason = ad_update_check(w->pte, req->acc, regime->adue);
    if (reason == ATLAS_REASON_NONE && (data & DATA_PPN & regime->mode.pa_beyond) != 0)
        reason = ATLAS_REASON_LEAF_WIDTH;
    if (reason != ATLAS_REASON_NONE)
        return fault(reason);
    if (updated == w->pte)
        return (struct walk_step){.kind = WALK_LEAF, .data = data};
    w->next = ATLAS_WALK_CAS;
    w->old = w->pte;
    w->new_value = updated;
    return waits;
}

struct walk_step walker_read(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                             uint64_t pte, enum atlas_mem_status status)
{
    struct pte_decoded d;

    count(a, ATLAS_GCTR_PTE_READ);
    if (status != ATLAS_MEM_OK) {
        count(a, ATLAS_GCTR_BUS_ERROR);
        return fault(ATLAS_REASON_PTE_BUS);
    }
    w->pte = pte & a->shape.xlen_mask;
    d = pte_decode(&regime->rules, w->pte, w->level);
    if (d.reason != ATLAS_REASON_NONE)
        return fault(d.reason);
    return d.leaf ? use_leaf(a, regime, w, &d) : follow(a, regime, w, d.ppn);
}

struct walk_step walker_cas(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                            enum atlas_mem_status status)
{
    struct pte_decoded d;

    count(a, ATLAS_GCTR_CAS);
    switch (status) {
    case ATLAS_MEM_OK:
        w->pte = w->new_value;
        d = pte_decode(&regime->rules, w->pte, w->level);
        return (struct walk_step){.kind = WALK_LEAF, .data = leaf_data(&a->shape, w, &d)};
    case ATLAS_MEM_OTHER:
        count(a, ATLAS_GCTR_CAS_FAIL);
        w->next = ATLAS_WALK_READ;
        return waits;
    case ATLAS_MEM_ERROR:
    default: count(a, ATLAS_GCTR_BUS_ERROR); return fault(ATLAS_REASON_AD_BUS);
    }
}
