#include "os/paging/radix_resize.h"

#include "os/paging/radix_tree.h"

/* Entries side by side that are, or become, one leaf. */
struct parts {
    paddr_t slot; /* of the first                                        */
    unsigned count;
    uint64_t step;  /* 4 KiB pages of each                         [pages] */
    uint64_t ppn;   /* of the first                                        */
    uint64_t flags; /* of each, plain; A and D: of any of them             */
};

static paddr_t slot_of(const struct radix *t, const struct parts *p, unsigned i)
{
    return p->slot + (paddr_t)i * t->mode->pte_bytes;
}

static void write_parts(struct radix *t, const struct parts *p)
{
    for (unsigned i = 0; i < p->count; i++)
        radix_write(t, slot_of(t, p, i), pte_make(t->mode, p->ppn + i * p->step, p->flags));
}

enum vm_status radix_split(struct radix *t, vaddr_t va)
{
    paddr_t slots[RADIX_LEVELS];
    struct radix_leaf leaf;
    struct parts parts;
    enum vm_status status;
    pfn_t table;

    if (!radix_find(t, &leaf, slots, va))
        return VM_ABSENT;
    if (leaf.pages == 1)
        return VM_RANGE;
    parts = (struct parts){.slot = leaf.slot,
                           .count = NAPOT_PAGES,
                           .step = 1,
                           .ppn = leaf.ppn,
                           .flags = leaf.pte & PTE_FLAGS & ~PTE_NAPOT};
    if (leaf.level > 0) {
        status = radix_table_new(t, &table);
        if (status != VM_OK)
            return status;
        parts.slot = radix_slot(t, table, 0);
        parts.count = 1u << t->mode->index_bits;
        parts.step = paging_leaf_pages(t->mode, leaf.level - 1);
    }
    write_parts(t, &parts);
    if (leaf.level > 0)
        radix_write(t, leaf.slot, pte_make(t->mode, table, PTE_BIT(V)));
    return VM_OK;
}

/* The page number of entry i: what the hardware makes of it. */
static uint64_t ppn_of(const struct radix *t, uint64_t pte, unsigned i)
{
    uint64_t ppn = pte_ppn(t->mode, pte);

    return pte & PTE_NAPOT ? ppn - NAPOT_CODE + i % NAPOT_PAGES : ppn;
}

/* Do the entries translate as one leaf would? Then ppn and flags are set. */
static bool join(const struct radix *t, struct parts *p)
{
    for (unsigned i = 0; i < p->count; i++) {
        uint64_t pte = radix_read(t, slot_of(t, p, i));

        if (!pte_is_leaf(pte))
            return false;
        if (i == 0) {
            p->ppn = ppn_of(t, pte, 0);
            p->flags = pte & PTE_FLAGS & ~PTE_NAPOT;
        }
        if (ppn_of(t, pte, i) != p->ppn + i * p->step ||
            ((pte ^ p->flags) & PTE_FLAGS & ~(PTE_AD | PTE_NAPOT)))
            return false;
        p->flags |= pte & PTE_AD;
    }
    return (p->ppn & (p->count * p->step - 1)) == 0;
}

static void to_napot(struct radix *t, struct parts *p)
{
    p->flags |= PTE_NAPOT;
    p->step = 0; /* all entries are equal */
    write_parts(t, p);
}

enum vm_status radix_merge(struct radix *t, vaddr_t va, unsigned level)
{
    struct parts parts = {.count = level > 0 ? 1u << t->mode->index_bits : NAPOT_PAGES};
    unsigned below = level > 0 ? level - 1 : 0, at;
    paddr_t slots[RADIX_LEVELS];
    uint64_t pte;

    if (!paging_canonical(t->mode, va) || radix_is_shared(t, va) || level >= t->mode->levels ||
        (level == 0 && t->mode->pte_bytes == 4))
        return VM_RANGE;
    at = radix_descend(t, slots, va, below);
    pte = radix_read(t, slots[at]);
    if (pte_is_leaf(pte) && (at > below || (level == 0 && (pte & PTE_NAPOT))))
        return VM_EXISTS;
    parts.slot = slots[at] & ~((uint64_t)parts.count * t->mode->pte_bytes - 1);
    parts.step = paging_leaf_pages(t->mode, below);
    if (at > below || !join(t, &parts))
        return VM_ABSENT;
    if (level == 0) {
        to_napot(t, &parts);
    } else {
        radix_write(t, slots[level], pte_make(t->mode, parts.ppn, parts.flags));
        radix_table_drop(t, radix_table_of(parts.slot));
    }
    return VM_OK;
}
