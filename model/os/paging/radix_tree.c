#include "os/paging/radix_tree.h"

#include "base/bug.h"

paddr_t radix_slot(const struct radix *t, pfn_t table, unsigned index)
{
    return ((paddr_t)table << ATLAS_PAGE_SHIFT) + (paddr_t)index * t->mode->pte_bytes;
}

pfn_t radix_table_of(paddr_t slot)
{
    return (pfn_t)(slot >> ATLAS_PAGE_SHIFT);
}

unsigned radix_own(const struct radix *t)
{
    return t->shared > 0 ? t->shared : 1u << t->mode->index_bits;
}

bool radix_is_shared(const struct radix *t, vaddr_t va)
{
    return paging_index(t->mode, va, t->mode->levels - 1u) >= radix_own(t);
}

uint64_t radix_read(const struct radix *t, paddr_t slot)
{
    return phys_word_read(t->phys, slot, t->mode->pte_bytes);
}

void radix_write(struct radix *t, paddr_t slot, uint64_t pte)
{
    struct frame *frame = frames_get(t->frames, radix_table_of(slot));
    uint64_t old = radix_read(t, slot);

    frame->used = (uint16_t)(frame->used + (pte != 0) - (old != 0));
    phys_word_write(t->phys, slot, pte, t->mode->pte_bytes);
}

enum vm_status radix_table_new(struct radix *t, pfn_t *table)
{
    if (t->tables >= t->limit)
        return VM_LIMIT;
    *table = frames_alloc(t->frames, FRAME_TABLE, t->owner);
    if (*table == PFN_NONE)
        return VM_NOMEM;
    for (unsigned i = 0; i < 1u << t->mode->index_bits; i++)
        phys_word_write(t->phys, radix_slot(t, *table, i), 0, t->mode->pte_bytes);
    t->tables++;
    return VM_OK;
}

void radix_table_drop(struct radix *t, pfn_t table)
{
    frames_drop(t->frames, table);
    t->tables--;
}

unsigned radix_descend(const struct radix *t, paddr_t slots[static RADIX_LEVELS], vaddr_t va,
                       unsigned stop)
{
    unsigned level = t->mode->levels - 1u;
    pfn_t table = t->root;

    for (;; level--) {
        uint64_t pte;

        slots[level] = radix_slot(t, table, paging_index(t->mode, va, level));
        if (level == stop)
            return level;
        pte = radix_read(t, slots[level]);
        if (!pte_is_pointer(pte))
            return level;
        table = (pfn_t)pte_ppn(t->mode, pte);
    }
}

enum vm_status radix_extend(struct radix *t, paddr_t slots[static RADIX_LEVELS], vaddr_t va,
                            unsigned at, unsigned level)
{
    for (; at > level; at--) {
        pfn_t table;
        enum vm_status status = radix_table_new(t, &table);

        if (status != VM_OK) {
            radix_prune(t, slots, at);
            return status;
        }
        radix_write(t, slots[at], pte_make(t->mode, table, PTE_BIT(V)));
        slots[at - 1] = radix_slot(t, table, paging_index(t->mode, va, at - 1));
    }
    return VM_OK;
}

void radix_prune(struct radix *t, const paddr_t slots[static RADIX_LEVELS], unsigned level)
{
    for (; level + 1u < t->mode->levels; level++) {
        if (frames_get(t->frames, radix_table_of(slots[level]))->used > 0)
            return;
        radix_write(t, slots[level + 1], 0);
        radix_table_drop(t, radix_table_of(slots[level]));
    }
}

/* The leaf is one entry of a NAPOT page: make it the whole page, with A and D of all entries. */
static void widen(const struct radix *t, struct radix_leaf *leaf)
{
    const uint64_t bytes = NAPOT_PAGES * t->mode->pte_bytes;

    leaf->pages = NAPOT_PAGES;
    leaf->va &= ~((vaddr_t)NAPOT_PAGES * ATLAS_PAGE_SIZE - 1);
    leaf->ppn &= ~(uint64_t)(NAPOT_PAGES - 1);
    leaf->slot &= ~(bytes - 1);
    for (unsigned i = 0; i < NAPOT_PAGES; i++) {
        uint64_t pte = radix_read(t, leaf->slot + (paddr_t)i * t->mode->pte_bytes);

        VM_BUG((pte ^ leaf->pte) & ~PTE_AD);
        leaf->pte |= pte & PTE_AD;
    }
}

bool radix_leaf_at(const struct radix *t, struct radix_leaf *leaf, vaddr_t va, paddr_t slot,
                   unsigned level)
{
    uint64_t pte = radix_read(t, slot);
    uint64_t pages = paging_leaf_pages(t->mode, level);

    if (!pte_is_leaf(pte))
        return false;
    *leaf = (struct radix_leaf){.va = va & ~((pages << ATLAS_PAGE_SHIFT) - 1),
                                .slot = slot,
                                .pte = pte,
                                .ppn = pte_ppn(t->mode, pte),
                                .pages = pages,
                                .level = level};
    if (pte & PTE_NAPOT)
        widen(t, leaf);
    return true;
}

bool radix_find(const struct radix *t, struct radix_leaf *leaf, paddr_t slots[static RADIX_LEVELS],
                vaddr_t va)
{
    unsigned level;

    if (!paging_canonical(t->mode, va) || radix_is_shared(t, va))
        return false;
    level = radix_descend(t, slots, va, 0);
    return radix_leaf_at(t, leaf, va, slots[level], level);
}

unsigned radix_entries(const struct radix_leaf *leaf)
{
    return leaf->level == 0 ? (unsigned)leaf->pages : 1;
}
