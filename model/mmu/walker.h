/* walker.h: the page-table walk, one memory answer at a time. Twin of atlas_walker. Private to
 * model/mmu.
 *
 * It sequences: the checks are pte_decode, access_check and ad_update. What it has come to after
 * each step goes back to the top, which answers and fills (model/README.md, 2.3 to 2.10).
 */
#ifndef ATLAS_MMU_WALKER_H
#define ATLAS_MMU_WALKER_H

#include "mmu/mmu.h"

enum walk_kind { WALK_WAITS, WALK_FAULT, WALK_LEAF };

/* What a step of a walk has come to. */
struct walk_step {
    enum walk_kind kind; /* WALK_WAITS: for the memory transaction that w->next names */
    unsigned reason;     /* WALK_FAULT: why                                           */
    uint64_t data;       /* WALK_LEAF: the translation, as entry.h packs it           */
};

/* Begin at the root, or at a remembered pointer. w's s, port and levels are set. */
struct walk_step walker_begin(struct atlas *a, const struct regime *regime, struct atlas_walk *w);

/* Memory has answered the read, or the compare-and-swap, that w->next named. */
struct walk_step walker_read(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                             uint64_t pte, enum atlas_mem_status status);
struct walk_step walker_cas(struct atlas *a, const struct regime *regime, struct atlas_walk *w,
                            enum atlas_mem_status status);

#endif
