/* l2_tlb.c: twin of rtl/atlas_l2_tlb.v. */
#include "mmu/l2_tlb.h"

void l2_tlb_reset(struct l2_tlb *l2, const struct shape *shape, struct entry *ram)
{
    l2->ram = ram;
    l2->next = 0;
    for (unsigned i = 0; i < shape->p.l2_sets * shape->p.l2_ways; i++)
        ram[i] = ENTRY_EMPTY;
}

void l2_tlb_fence(struct l2_tlb *l2, const struct shape *shape, uint64_t key, uint64_t named)
{
    const bool one_set = (named & KEY_VPN) != 0;
    unsigned entries = (one_set ? 1 : shape->p.l2_sets) * shape->p.l2_ways;
    struct entry *e;

    if (shape->p.l2_sets == 0)
        return;
    for (e = one_set ? l2_tlb_set(l2, shape, key) : l2->ram; entries > 0; e++, entries--) {
        if (entry_fenced(e, key, named))
            *e = ENTRY_EMPTY;
    }
}
