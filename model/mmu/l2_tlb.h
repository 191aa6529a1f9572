/* l2_tlb.h: the set-associative TLB of 4 KiB pages that all ports share. Twin of atlas_l2_tlb.
 * Private to model/mmu. model/README.md, 2.2.
 */
#ifndef ATLAS_MMU_L2_TLB_H
#define ATLAS_MMU_L2_TLB_H

#include "mmu/entry.h"

struct l2_tlb {
    struct entry *ram; /* [array, l2_sets * l2_ways], the ways of a set side by side; may be NULL */
    unsigned next;     /* way that is replaced next, in whatever set                              */
};

/* All entries empty; ram stays owned by the caller. */
void l2_tlb_reset(struct l2_tlb *l2, const struct shape *shape, struct entry *ram);

/* The lowest way of key's set that matches; NULL if none. *way is where a later fill goes: that
 * way, else the lowest empty one, else l2_ways, which stands for the round-robin way. */
const struct entry *l2_tlb_find(const struct l2_tlb *l2, const struct shape *shape, uint64_t key,
                                uint8_t *way);

/* Remember e at the place that l2_tlb_find named. */
void l2_tlb_fill(struct l2_tlb *l2, const struct shape *shape, const struct entry *e, unsigned way);

/* Remove what a fence names; key and named as for entry_fenced. */
void l2_tlb_fence(struct l2_tlb *l2, const struct shape *shape, uint64_t key, uint64_t named);

#endif
