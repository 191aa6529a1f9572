#include "os/paging/radix.h"

#include "base/bug.h"
#include "base/bytes.h"
#include "os/paging/radix_tree.h"

enum vm_status radix_create(struct radix *t, const struct phys *phys, struct frames *frames,
                            const struct paging_mode *mode, uint32_t owner, uint32_t limit)
{
    VM_BUG(!mode || limit < 1);
    *t = (struct radix){
        .phys = phys, .frames = frames, .mode = mode, .owner = owner, .limit = limit};
    return radix_table_new(t, &t->root);
}

static void destroy_below(struct radix *t, pfn_t table, unsigned level)
{
    unsigned own = table == t->root ? radix_own(t) : 1u << t->mode->index_bits;

    for (unsigned i = 0; level > 0 && i < own; i++) {
        uint64_t pte = radix_read(t, radix_slot(t, table, i));

        if (pte_is_pointer(pte))
            destroy_below(t, (pfn_t)pte_ppn(t->mode, pte), level - 1);
    }
    radix_table_drop(t, table);
}

void radix_destroy(struct radix *t)
{
    destroy_below(t, t->root, t->mode->levels - 1u);
}

/* Pages of a leaf of this kind; 0 if there is no such leaf. */
static uint64_t pages_of(const struct radix *t, unsigned level, uint64_t flags)
{
    if (level >= t->mode->levels || ((flags & PTE_NAPOT) && level > 0))
        return 0;
    return flags & PTE_NAPOT ? NAPOT_PAGES : paging_leaf_pages(t->mode, level);
}

static bool place_ok(const struct radix *t, vaddr_t va, uint64_t ppn, uint64_t pages)
{
    return pages > 0 && paging_canonical(t->mode, va) && !radix_is_shared(t, va) &&
           (va & ((pages << ATLAS_PAGE_SHIFT) - 1)) == 0 && (ppn & (pages - 1)) == 0 &&
           ppn <= ATLAS_ONES(t->mode->ppn_bits);
}

static bool all_free(const struct radix *t, paddr_t slot, unsigned entries)
{
    for (unsigned i = 0; i < entries; i++) {
        if (radix_read(t, slot + (paddr_t)i * t->mode->pte_bytes) != 0)
            return false;
    }
    return true;
}

enum vm_status radix_map(struct radix *t, vaddr_t va, unsigned level, uint64_t ppn, uint64_t flags)
{
    unsigned entries = flags & PTE_NAPOT ? NAPOT_PAGES : 1, at;
    paddr_t slots[RADIX_LEVELS];
    enum vm_status status;

    VM_BUG(!pte_flags_ok(t->mode, flags));
    if (!place_ok(t, va, ppn, pages_of(t, level, flags)))
        return VM_RANGE;
    at = radix_descend(t, slots, va, level);
    if (!all_free(t, slots[at], at == level ? entries : 1))
        return VM_EXISTS;
    status = radix_extend(t, slots, va, at, level);
    for (unsigned i = 0; status == VM_OK && i < entries; i++)
        radix_write(t, slots[level] + (paddr_t)i * t->mode->pte_bytes,
                    pte_make(t->mode, ppn, flags));
    return status;
}

enum vm_status radix_lookup(const struct radix *t, struct radix_leaf *leaf, vaddr_t va)
{
    paddr_t slots[RADIX_LEVELS];

    return radix_find(t, leaf, slots, va) ? VM_OK : VM_ABSENT;
}

enum vm_status radix_unmap(struct radix *t, struct radix_leaf *old, vaddr_t va)
{
    struct radix_leaf leaf;
    paddr_t slots[RADIX_LEVELS];

    if (!radix_find(t, &leaf, slots, va))
        return VM_ABSENT;
    if (old)
        *old = leaf;
    for (unsigned i = 0; i < radix_entries(&leaf); i++)
        radix_write(t, leaf.slot + (paddr_t)i * t->mode->pte_bytes, 0);
    radix_prune(t, slots, leaf.level);
    return VM_OK;
}

enum vm_status radix_change(struct radix *t, vaddr_t va, uint64_t clear, uint64_t set)
{
    struct radix_leaf leaf;

    VM_BUG((clear | set) & (~PTE_FLAGS | PTE_BIT(V) | PTE_NAPOT));
    if (radix_lookup(t, &leaf, va) != VM_OK)
        return VM_ABSENT;
    VM_BUG(!pte_flags_ok(t->mode, ((leaf.pte & ~clear) | set) & PTE_FLAGS));
    for (unsigned i = 0; i < radix_entries(&leaf); i++) {
        paddr_t slot = leaf.slot + (paddr_t)i * t->mode->pte_bytes;

        radix_write(t, slot, (radix_read(t, slot) & ~clear) | set);
    }
    return VM_OK;
}

enum vm_status radix_replace(struct radix *t, vaddr_t va, uint64_t ppn, uint64_t flags)
{
    struct radix_leaf leaf;

    VM_BUG(!pte_flags_ok(t->mode, flags) || (flags & PTE_NAPOT) ||
           ppn > ATLAS_ONES(t->mode->ppn_bits));
    if (radix_lookup(t, &leaf, va) != VM_OK)
        return VM_ABSENT;
    VM_BUG(leaf.pages != 1);
    radix_write(t, leaf.slot, pte_make(t->mode, ppn, flags));
    return VM_OK;
}

enum vm_status radix_next(const struct radix *t, struct radix_leaf *leaf, vpn_t from)
{
    struct radix_place place;

    if (!radix_scan(t, &place, pte_is_leaf, from))
        return VM_ABSENT;
    radix_leaf_at(t, leaf, place.va, place.slot, place.level);
    return VM_OK;
}
