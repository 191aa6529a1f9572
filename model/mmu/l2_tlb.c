/* l2_tlb.c: twin of rtl/atlas_l2_tlb.v. */
#include "mmu/l2_tlb.h"

void l2_tlb_reset(struct l2_tlb *l2, const struct shape *shape, struct entry *ram)
{
    l2->ram = ram;
    l2->next = 0;
    for (unsigned i = 0; i < shape->p.l2_sets * shape->p.l2_ways; i++)
        ram[i] = ENTRY_EMPTY;
}

static struct entry *set_of(const struct l2_tlb *l2, const struct shape *shape, uint64_t key)
{
    return &l2->ram[shape_l2_set(shape, key & KEY_VPN) * shape->p.l2_ways];
}

const struct entry *l2_tlb_find(const struct l2_tlb *l2, const struct shape *shape, uint64_t key,
                                uint8_t *way)
{
    const struct entry *set = set_of(l2, shape, key);
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

void l2_tlb_fill(struct l2_tlb *l2, const struct shape *shape, const struct entry *e, unsigned way)
{
    if (way == shape->p.l2_ways) {
        way = l2->next;
        l2->next = (way + 1) & (shape->p.l2_ways - 1);
    }
    set_of(l2, shape, e->key)[way] = *e;
}

void l2_tlb_fence(struct l2_tlb *l2, const struct shape *shape, uint64_t key, uint64_t named)
{
    const bool one_set = (named & KEY_VPN) != 0;
    unsigned entries = (one_set ? 1 : shape->p.l2_sets) * shape->p.l2_ways;
    struct entry *e;

    if (shape->p.l2_sets == 0)
        return;
    for (e = one_set ? set_of(l2, shape, key) : l2->ram; entries > 0; e++, entries--) {
        if (entry_fenced(e, key, named))
            *e = ENTRY_EMPTY;
    }
}
