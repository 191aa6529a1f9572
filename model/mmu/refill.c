/* refill.c: a leaf from software on its way into the TLBs. Twin of rtl/atlas_refill.v; what a miss
 * is answered with is in mmu.c. model/README.md, 5. */
#include <assert.h>

#include "mmu/walker.h"

/* The first rule that refuses the leaf, before its address is looked at. */
static unsigned check(const struct regime *regime, const struct atlas_walk *w,
                      const struct pte_decoded *d)
{
    if (w->level >= regime->mode.levels)
        return ATLAS_REASON_MODE;
    if (!va_canonical(&regime->mode, w->s.req.va))
        return ATLAS_REASON_NONCANONICAL;
    if (d->reason != ATLAS_REASON_NONE)
        return d->reason;
    if (!d->leaf)
        return ATLAS_REASON_NO_LEAF;
    return (w->pte & ATLAS_MASK(PTE_A)) == 0 ? ATLAS_REASON_A_CLEAR : ATLAS_REASON_NONE;
}

static void fill(struct atlas *a, unsigned port, uint64_t key, uint64_t data)
{
    const struct entry e = entry_make(&a->shape, key, data);

    a->ctr[ATLAS_GCTR_FILL]++;
    *l1_tlb_place(&a->lane[port].l1, &a->shape, key, data_size(data)) = e;
    if ((a->shape.l2_fills >> data_size(data) & 1) != 0)
        l2_tlb_fill(&a->l2, &a->shape, key, data);
}

unsigned atlas_step_refill(struct atlas *atlas, const struct atlas_cfg *cfg,
                           const struct atlas_refill *refill)
{
    const struct shape *shape = &atlas->shape;
    const struct regime regime = regime_of(shape, cfg);
    const uint64_t asid = refill->asid & shape->asid_mask;
    const struct atlas_walk w = {.s.req.va = refill->va & shape->xlen_mask,
                                 .level = refill->level,
                                 .pte = refill->pte & shape->xlen_mask};
    struct pte_decoded d;
    unsigned reason;
    uint64_t data;

    assert(shape->p.sw_refill != 0 && refill->port < shape->p.ports);
    if (w.level >= MMU_MAX_LEVELS)
        return ATLAS_REASON_MODE;
    d = pte_decode(&regime.rules, w.pte, w.level);
    reason = check(&regime, &w, &d);
    if (reason != ATLAS_REASON_NONE)
        return reason;
    data = walker_leaf(shape, &w, w.pte, &d);
    if ((data & DATA_PPN & regime.mode.pa_beyond) != 0 ||
        (shape->fills >> data_size(data) & 1) == 0)
        return ATLAS_REASON_LEAF_WIDTH;
    fill(atlas, refill->port, KEY_VALID | asid << KEY_ASID_LSB | shape_vpn(shape, w.s.req.va),
         data);
    return ATLAS_REASON_NONE;
}

unsigned atlas_refill(struct atlas *atlas, const struct atlas_refill *refill)
{
    return atlas_step_refill(atlas, &atlas->cfg, refill);
}
