/* l1_tlb.h: the TLB of one port: a direct-mapped RAM of 4 KiB pages, one of superpages, and side
 * entries of any page size. Twin of atlas_l1_tlb. Private to model/mmu.
 *
 * It answers, or it does not; it never faults. A side entry that matches counts before the
 * superpage RAM, and that before the 4 KiB RAM (model/README.md, 1.3 to 1.6).
 */
#ifndef ATLAS_MMU_L1_TLB_H
#define ATLAS_MMU_L1_TLB_H

#include "mmu/entry.h"

struct l1_tlb {
    struct entry *ram;               /* 4 KiB pages [array, l1_sets]                             */
    struct entry *big;               /* superpages of level 1 [array, l1_big], or one, empty     */
    unsigned used;                   /* no side entry from here on is valid                      */
    unsigned next;                   /* side entry that is replaced next                         */
    struct entry side[MMU_MAX_SIDE]; /* the first l1_side of them                                */
    struct entry none;               /* what big points to if l1_big is 0                        */
};

/* All entries empty; ram [array, shape's l1_sets + l1_big] stays owned by the caller. */
void l1_tlb_reset(struct l1_tlb *l1, const struct shape *shape, struct entry *ram);

/* The one superpage of level 1 that may match a request for page vpn. */
static inline struct entry *l1_tlb_big(const struct l1_tlb *l1, const struct shape *shape,
                                       uint64_t vpn)
{
    return &l1->big[shape_big_set(shape, vpn, shape->big_mask)];
}

/* The lowest side entry that matches key, else the superpage of level 1; NULL if none does. */
static inline const struct entry *l1_tlb_find_large(const struct l1_tlb *l1,
                                                    const struct shape *shape, uint64_t key)
{
    const struct entry *big = l1_tlb_big(l1, shape, key & KEY_VPN);

    for (unsigned i = 0; i < l1->used; i++) {
        if (entry_matches(&l1->side[i], key))
            return &l1->side[i];
    }
    return entry_matches(big, key) ? big : NULL;
}

/* The one entry of the RAM that may match a request for page vpn. */
static inline struct entry *l1_tlb_ram(const struct l1_tlb *l1, const struct shape *shape,
                                       uint64_t vpn)
{
    return &l1->ram[shape_set(vpn, shape->set_mask)];
}

/* Does a page of this size (level * 2 + napot) become a side entry? */
static inline bool l1_tlb_to_side(const struct shape *shape, unsigned size)
{
    return size != 0 && !(size == MMU_SIZE_LEVEL_1 && shape->p.l1_big > 0);
}

/* The entry that the fill of a translation writes (model/README.md, 2, "fill"): the request's key,
 * the page size of the leaf. Drops the side entries and the superpage that match key, and moves
 * the round if that names the place. */
struct entry *l1_tlb_place(struct l1_tlb *l1, const struct shape *shape, uint64_t key,
                           unsigned size);

/* Remove what a fence names; key and named as for entry_fenced. */
void l1_tlb_fence(struct l1_tlb *l1, const struct shape *shape, uint64_t key, uint64_t named);

#endif
