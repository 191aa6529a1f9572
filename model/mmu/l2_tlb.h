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

static inline struct entry *l2_tlb_set(const struct l2_tlb *l2, const struct shape *shape,
                                       uint64_t key)
{
    return &l2->ram[shape_set(key & KEY_VPN, shape->l2_mask) * shape->p.l2_ways];
}

/* The lowest way of key's set that matches; NULL if none. *way is where a later fill goes: that
 * way, else the lowest empty one, else l2_ways, which stands for the round-robin way. */
static inline const struct entry *l2_tlb_find(const struct l2_tlb *l2, const struct shape *shape,
                                              uint64_t key, uint8_t *way)
{
    const struct entry *set = l2_tlb_set(l2, shape, key);
    unsigned empty = shape->p.l2_ways;

    for (unsigned i = 0; i < shape->p.l2_ways; i++) {
        if (entry_matches(&set[i], key)) {
            *way = (uint8_t)i;
            return &set[i];
        }
        if (empty == shape->p.l2_ways && !entry_valid(&set[i]))
            empty = i;
    }
    *way = (uint8_t)empty;
    return NULL;
}

/* The entry that the fill of this key writes, at the way that l2_tlb_find named; moves the round
 * if that names the place. */
static inline struct entry *l2_tlb_place(struct l2_tlb *l2, const struct shape *shape, uint64_t key,
                                         unsigned way)
{
    if (way == shape->p.l2_ways) {
        way = l2->next;
        l2->next = (way + 1) & (shape->p.l2_ways - 1);
    }
    return &l2_tlb_set(l2, shape, key)[way];
}

/* Remove what a fence names; key and named as for entry_fenced. */
void l2_tlb_fence(struct l2_tlb *l2, const struct shape *shape, uint64_t key, uint64_t named);

#endif
