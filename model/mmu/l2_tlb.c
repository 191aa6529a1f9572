/* l2_tlb.c: twin of rtl/atlas_l2_tlb.v. */
#include "mmu/l2_tlb.h"

void l2_tlb_reset(struct l2_tlb *l2, const struct shape *shape, struct entry *ram)
{
    const unsigned pages = shape->p.l2_sets * shape->p.l2_ways;

    l2->ram = ram;
    l2->none = ENTRY_EMPTY;
    l2->big = shape->p.l2_big > 0 ? ram + pages : &l2->none;
    l2->next = 0;
    for (unsigned i = 0; i < pages + shape->p.l2_big; i++)
        ram[i] = ENTRY_EMPTY;
}

/* Remove what the fence names of these entries. */
static void fence_each(struct entry *e, unsigned entries, uint64_t key, uint64_t named)
{
    for (; entries > 0; e++, entries--) {
        if (entry_fenced(e, key, named))
            *e = ENTRY_EMPTY;
    }
}

void l2_tlb_fence(struct l2_tlb *l2, const struct shape *shape, uint64_t key, uint64_t named)
{
    const unsigned ways = shape->p.l2_ways;

    if (shape->p.l2_sets == 0)
        return;
    if ((named & KEY_VPN) != 0) {
        fence_each(l2_tlb_set(l2, shape, key), ways, key, named);
        fence_each(l2_tlb_big(l2, shape, key), 1, key, named);
    } else
        fence_each(l2->ram, shape->p.l2_sets * ways + shape->p.l2_big, key, named);
}
