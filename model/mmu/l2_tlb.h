/* l2_tlb.h: the TLB that all ports share: a set-associative RAM of 4 KiB pages, and a direct-mapped
 * one of large pages: superpages of level 1 and NAPOT pages. Twin of atlas_l2_tlb. Private to
 * model/mmu. model/README.md, 2.2.
 *
 * A NAPOT page lies in the set of the superpage that could stand in its place: a page of either
 * size has one set, whatever address inside it is asked for, or fenced.
 */
#ifndef ATLAS_MMU_L2_TLB_H
#define ATLAS_MMU_L2_TLB_H

#include "mmu/entry.h"

struct l2_tlb {
    struct entry *ram; /* [array, l2_sets * l2_ways], the ways of a set side by side; may be NULL */
    struct entry *big; /* large pages [array, l2_big], or one, empty                              */
    unsigned next;     /* way that is replaced next, in whatever set                              */
    struct entry none; /* what big points to if l2_big is 0                                       */
};

/* All entries empty; ram [array, l2_sets * l2_ways + l2_big] stays owned by the caller. */
void l2_tlb_reset(struct l2_tlb *l2, const struct shape *shape, struct entry *ram);

static inline struct entry *l2_tlb_set(const struct l2_tlb *l2, const struct shape *shape,
                                       uint64_t key)
{
    return &l2->ram[shape_set(key & KEY_VPN, shape->l2_mask) * shape->p.l2_ways];
}

/* The one large page that may match key. */
static inline struct entry *l2_tlb_big(const struct l2_tlb *l2, const struct shape *shape,
                                       uint64_t key)
{
    return &l2->big[shape_big_set(shape, key & KEY_VPN, shape->l2_big_mask)];
}

/* The lowest way of key's set that matches; NULL if none. */
static inline struct entry *l2_tlb_way(const struct l2_tlb *l2, const struct shape *shape,
                                       uint64_t key)
{
    struct entry *set = l2_tlb_set(l2, shape, key);

    for (unsigned i = 0; i < shape->p.l2_ways; i++) {
        if (entry_matches(&set[i], key))
            return &set[i];
    }
    return NULL;
}

/* The entry that counts for key: the large page if it matches, else the lowest way; or NULL. */
static inline const struct entry *l2_tlb_find(const struct l2_tlb *l2, const struct shape *shape,
                                              uint64_t key)
{
    const struct entry *big = l2_tlb_big(l2, shape, key);

    return entry_matches(big, key) ? big : l2_tlb_way(l2, shape, key);
}

/* Where a 4 KiB page goes: the way that matches, else the lowest empty one, else the one whose turn
 * it is; the round moves only then. */
static inline struct entry *l2_tlb_place(struct l2_tlb *l2, const struct shape *shape, uint64_t key)
{
    struct entry *set = l2_tlb_set(l2, shape, key), *way = l2_tlb_way(l2, shape, key);

    for (unsigned i = 0; way == NULL && i < shape->p.l2_ways; i++) {
        if (!entry_valid(&set[i]))
            way = &set[i];
    }
    if (way == NULL) {
        way = &set[l2->next];
        l2->next = (l2->next + 1) & (shape->p.l2_ways - 1);
    }
    return way;
}

/* Remember the translation `data` of a request with this key; of a size that the L2 holds. A 4 KiB
 * page drops the large page that matches key. */
static inline void l2_tlb_fill(struct l2_tlb *l2, const struct shape *shape, uint64_t key,
                               uint64_t data)
{
    struct entry *big = l2_tlb_big(l2, shape, key);

    if (data_size(data) != 0) {
        *big = entry_make(shape, key, data);
        return;
    }
    if (entry_matches(big, key))
        *big = ENTRY_EMPTY;
    *l2_tlb_place(l2, shape, key) = entry_make(shape, key, data);
}

/* Remove what a fence names; key and named as for entry_fenced. */
void l2_tlb_fence(struct l2_tlb *l2, const struct shape *shape, uint64_t key, uint64_t named);

#endif
