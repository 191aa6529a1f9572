/* l1_tlb.c: twin of rtl/atlas_l1_tlb.v. */
#include "mmu/l1_tlb.h"

void l1_tlb_reset(struct l1_tlb *l1, const struct shape *shape, struct entry *ram)
{
    l1->ram = ram;
    l1->next = 0;
    for (unsigned i = 0; i < shape->p.l1_sets; i++)
        ram[i] = ENTRY_EMPTY;
    for (unsigned i = 0; i < MMU_MAX_SIDE; i++)
        l1->side[i] = ENTRY_EMPTY;
}

/* Drop the side entries that overlap e. Returns the lowest of them, l1_side if there was none. */
static unsigned drop_overlapping(struct l1_tlb *l1, const struct shape *shape,
                                 const struct entry *e)
{
    unsigned lowest = shape->p.l1_side;

    for (unsigned i = shape->p.l1_side; i-- > 0;) {
        if (entry_overlaps(&l1->side[i], e)) {
            l1->side[i] = ENTRY_EMPTY;
            lowest = i;
        }
    }
    return lowest;
}

static unsigned take_next(struct l1_tlb *l1, const struct shape *shape)
{
    const unsigned taken = l1->next;

    l1->next = (taken + 1) & (shape->p.l1_side - 1);
    return taken;
}

void l1_tlb_fill(struct l1_tlb *l1, const struct shape *shape, const struct entry *e)
{
    unsigned place = drop_overlapping(l1, shape, e);

    if (data_level(e->data) == 0 && !data_napot(e->data)) {
        l1->ram[shape_set(e->key & KEY_VPN, shape->l1_bits)] = *e;
        return;
    }
    if (place == shape->p.l1_side)
        place = take_next(l1, shape);
    l1->side[place] = *e;
}

static void fence_one(struct entry *e, uint64_t key, uint64_t needed)
{
    if (entry_fenced(e, key, needed))
        *e = ENTRY_EMPTY;
}

void l1_tlb_fence(struct l1_tlb *l1, const struct shape *shape, uint64_t key, uint64_t needed)
{
    const uint64_t set = shape_set(key & KEY_VPN, shape->l1_bits);

    for (unsigned i = 0; i < shape->p.l1_side; i++)
        fence_one(&l1->side[i], key, needed);
    if ((needed & KEY_VPN) != 0) {
        fence_one(&l1->ram[set], key, needed);
        return;
    }
    for (unsigned i = 0; i < shape->p.l1_sets; i++)
        fence_one(&l1->ram[i], key, needed);
}
