/* l1_tlb.c: twin of rtl/atlas_l1_tlb.v. */
#include "mmu/l1_tlb.h"

void l1_tlb_reset(struct l1_tlb *l1, const struct shape *shape, struct entry *ram)
{
    l1->ram = ram;
    l1->none = ENTRY_EMPTY;
    l1->big = shape->p.l1_big > 0 ? ram + shape->p.l1_sets : &l1->none;
    l1->used = 0;
    l1->next = 0;
    for (unsigned i = 0; i < shape->p.l1_sets + shape->p.l1_big; i++)
        ram[i] = ENTRY_EMPTY;
    for (unsigned i = 0; i < MMU_MAX_SIDE; i++)
        l1->side[i] = ENTRY_EMPTY;
}

static void forget_empty_tail(struct l1_tlb *l1)
{
    while (l1->used > 0 && !entry_valid(&l1->side[l1->used - 1]))
        l1->used--;
}

/* Drop the side entries that match key. Returns the lowest of them, l1_side if there was none. */
static unsigned drop_matching(struct l1_tlb *l1, const struct shape *shape, uint64_t key)
{
    unsigned lowest = shape->p.l1_side;

    for (unsigned i = l1->used; i-- > 0;) {
        if (entry_matches(&l1->side[i], key)) {
            l1->side[i] = ENTRY_EMPTY;
            lowest = i;
        }
    }
    forget_empty_tail(l1);
    return lowest;
}

/* Drop the superpage of level 1 that matches key. */
static void drop_big(struct l1_tlb *l1, const struct shape *shape, uint64_t key)
{
    struct entry *big = l1_tlb_big(l1, shape, key & KEY_VPN);

    if (entry_matches(big, key))
        *big = ENTRY_EMPTY;
}

static struct entry *place_side(struct l1_tlb *l1, const struct shape *shape, unsigned place)
{
    if (place == shape->p.l1_side) {
        place = l1->next;
        l1->next = (place + 1) & (shape->p.l1_side - 1);
    }
    if (l1->used <= place)
        l1->used = place + 1;
    return &l1->side[place];
}

struct entry *l1_tlb_place(struct l1_tlb *l1, const struct shape *shape, uint64_t key,
                           unsigned size)
{
    const unsigned dropped = drop_matching(l1, shape, key);

    drop_big(l1, shape, key);
    if (size == 0)
        return l1_tlb_ram(l1, shape, key & KEY_VPN);
    if (!l1_tlb_to_side(shape, size))
        return l1_tlb_big(l1, shape, key & KEY_VPN);
    return place_side(l1, shape, dropped);
}

static void fence_one(struct entry *e, uint64_t key, uint64_t named)
{
    if (entry_fenced(e, key, named))
        *e = ENTRY_EMPTY;
}

void l1_tlb_fence(struct l1_tlb *l1, const struct shape *shape, uint64_t key, uint64_t named)
{
    for (unsigned i = 0; i < l1->used; i++)
        fence_one(&l1->side[i], key, named);
    forget_empty_tail(l1);
    if ((named & KEY_VPN) != 0) {
        fence_one(l1_tlb_ram(l1, shape, key & KEY_VPN), key, named);
        fence_one(l1_tlb_big(l1, shape, key & KEY_VPN), key, named);
        return;
    }
    for (unsigned i = 0; i < shape->p.l1_sets + shape->p.l1_big; i++)
        fence_one(&l1->ram[i], key, named);
}
