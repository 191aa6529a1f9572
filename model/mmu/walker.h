/* walker.h: the page-table walk, one memory answer at a time. Twin of atlas_walker. Private to
 * model/mmu.
 *
 * It sequences: the checks are pte_decode, access_check and ad_update. What it has come to after
 * each step goes back to the top, which answers and fills (model/README.md, 2.3 to 2.10).
 */
#ifndef ATLAS_MMU_WALKER_H
#define ATLAS_MMU_WALKER_H

#include "mmu/mmu.h"

/* How a walk ends, beside the reasons of its faults. */
#define WALK_WAITS UINT64_C(0)  /* not yet: for the memory transaction that w->next names */
#define WALK_LEAF UINT64_C(256) /* with a translation                                     */

/* What a step of a walk has come to. Two whole words, which travel in registers. */
struct walk_step {
    uint64_t end;  /* WALK_WAITS, WALK_LEAF, or the ATLAS_REASON_* of a fault          */
    uint64_t data; /* WALK_LEAF: the translation, as entry.h packs it, PPN composed    */
};

/* A leaf as a translation of the request's address: w's s.req.va, level and g are set. */
static ALWAYS_INLINE uint64_t walker_leaf(const struct shape *shape, const struct atlas_walk *w,
                                          uint64_t pte, const struct pte_decoded *d)
{
    const unsigned size = w->level * 2 + d->napot;
    const uint64_t inside = shape->inside[size];
    const uint64_t ppn = (d->ppn & ~inside) | (w->s.req.va >> ATLAS_PAGE_SHIFT & inside);
    const bool g = w->g || (pte & ATLAS_MASK(PTE_G)) != 0;

    return ppn << ATLAS_PAGE_SHIFT | (uint64_t)g << DATA_G_LSB | size << DATA_SIZE_LSB |
           (unsigned)d->pbmt << DATA_PBMT_LSB | ATLAS_GET(pte, PTE_D) << DATA_D_LSB |
           (pte >> ATLAS_PTE_R_LSB & DATA_RWXU);
}

/* Begin at the root, or at a remembered pointer. w's s, port and levels are set. */
struct walk_step walker_begin(struct atlas *a, const struct regime *regime, struct atlas_walk *w);

/* Memory has answered the read, or the compare-and-swap, that w->next named. */
struct walk_step walker_read(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                             uint64_t pte, enum atlas_mem_status status);
struct walk_step walker_cas(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                            enum atlas_mem_status status);

/* Begin, and go on with the instance's own memory until the end. */
struct walk_step walker_run(struct atlas *a, const struct regime *regime, struct atlas_walk *w);

#endif
