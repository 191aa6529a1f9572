/* l1_tlb.h: the TLB of one port: a direct-mapped RAM of 4 KiB pages, and side entries of any
 * page size. Twin of atlas_l1_tlb. Private to model/mmu.
 *
 * It answers, or it does not; it never faults. A side entry that matches has priority, and the
 * RAM is not asked then (model/README.md, 1.3 to 1.6).
 */
#ifndef ATLAS_MMU_L1_TLB_H
#define ATLAS_MMU_L1_TLB_H

#include "mmu/entry.h"

struct l1_tlb {
    struct entry *ram;               /* [array, l1_sets]                                */
    unsigned used;                   /* no side entry from here on is valid             */
    unsigned next;                   /* side entry that is replaced next                */
    struct entry side[MMU_MAX_SIDE]; /* the first l1_side of them                       */
};

/* All entries empty; ram [array, shape's l1_sets] stays owned by the caller. */
void l1_tlb_reset(struct l1_tlb *l1, const struct shape *shape, struct entry *ram);

/* The side entry that matches key; NULL if none does. */
static inline const struct entry *l1_tlb_find_side(const struct l1_tlb *l1, uint64_t key)
{
    for (unsigned i = 0; i < l1->used; i++) {
        if (entry_matches(&l1->side[i], key))
            return &l1->side[i];
    }
    return NULL;
}

/* The one entry of the RAM that may match a request for page vpn. */
static inline struct entry *l1_tlb_ram(const struct l1_tlb *l1, const struct shape *shape,
                                       uint64_t vpn)
{
    return &l1->ram[shape_l1_set(shape, vpn)];
}

/* The entry that the fill of a translation writes (model/README.md, 2, "fill"): the request's key,
 * the page size of the leaf. Drops the side entries that match key, and moves the round if that
 * names the place. */
struct entry *l1_tlb_place(struct l1_tlb *l1, const struct shape *shape, uint64_t key,
                           unsigned size);

/* Remove what a fence names; key and named as for entry_fenced. */
void l1_tlb_fence(struct l1_tlb *l1, const struct shape *shape, uint64_t key, uint64_t named);

#endif
