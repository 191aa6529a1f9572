#include "os/paging/radix_tree.h"

/* The address of page `vpn` of the tree, counted from its lowest index, as the mode has it. */
static vaddr_t address_of(const struct radix *t, vpn_t vpn)
{
    vaddr_t va = vpn << ATLAS_PAGE_SHIFT;

    if (t->mode->pte_bytes == 8 && (va >> (t->mode->va_bits - 1)) & 1)
        va |= ~ATLAS_ONES(t->mode->va_bits);
    return va;
}

/* The same in the table at `level` whose first page is `base`; from and base counted from the
 * lowest index of the tree. */
static bool scan_in(const struct radix *t, struct radix_place *place, bool (*wanted)(uint64_t pte),
                    pfn_t table, unsigned level, vpn_t base, vpn_t from)
{
    uint64_t pages = paging_leaf_pages(t->mode, level);
    unsigned own = table == t->root ? radix_own(t) : 1u << t->mode->index_bits;

    for (uint64_t i = from > base ? (from - base) / pages : 0; i < own; i++) {
        paddr_t slot = radix_slot(t, table, (unsigned)i);
        vpn_t at = base + i * pages;
        uint64_t pte = radix_read(t, slot);

        if (wanted(pte)) {
            *place = (struct radix_place){address_of(t, at), slot, level};
            return true;
        }
        if (pte_is_pointer(pte) &&
            scan_in(t, place, wanted, (pfn_t)pte_ppn(t->mode, pte), level - 1, at, from))
            return true;
    }
    return false;
}

bool radix_scan(const struct radix *t, struct radix_place *place, bool (*wanted)(uint64_t pte),
                vpn_t from)
{
    vaddr_t va = from << ATLAS_PAGE_SHIFT;
    vaddr_t middle = address_of(t, UINT64_C(1) << (t->mode->va_bits - 1 - ATLAS_PAGE_SHIFT));
    uint64_t bits = t->mode->va_bits - ATLAS_PAGE_SHIFT;

    if (from != va >> ATLAS_PAGE_SHIFT)
        return false; /* past the last page of all */
    if (!paging_canonical(t->mode, va)) {
        if (t->mode->pte_bytes == 4)
            return false;
        from = middle >> ATLAS_PAGE_SHIFT; /* in the hole: the upper half comes next */
    }
    return scan_in(t, place, wanted, t->root, t->mode->levels - 1u, 0, from & ATLAS_ONES(bits));
}
