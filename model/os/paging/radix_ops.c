#include "os/paging/radix_ops.h"

#include "base/bug.h"
#include "os/paging/radix.h"

static struct page_entry entry_of(const struct radix_leaf *leaf, unsigned reads)
{
    return (struct page_entry){.vpn = leaf->va >> ATLAS_PAGE_SHIFT,
                               .ppn = leaf->ppn,
                               .pages = leaf->pages,
                               .flags = leaf->pte & PTE_FLAGS & ~PTE_NAPOT,
                               .reads = reads};
}

/* Does a page have an address? */
static bool is_page(vpn_t vpn)
{
    return vpn >> (64 - ATLAS_PAGE_SHIFT) == 0;
}

static enum vm_status map(void *table, vpn_t vpn, uint64_t ppn, uint64_t flags)
{
    VM_BUG(flags & PTE_NAPOT);
    return is_page(vpn) ? radix_map(table, vpn << ATLAS_PAGE_SHIFT, 0, ppn, flags) : VM_RANGE;
}

static enum vm_status lookup(const void *table, struct page_entry *found, vpn_t vpn)
{
    const struct radix *t = table;
    struct radix_leaf leaf;

    if (!is_page(vpn) || radix_lookup(t, &leaf, vpn << ATLAS_PAGE_SHIFT) != VM_OK)
        return VM_ABSENT;
    *found = entry_of(&leaf, t->mode->levels - leaf.level);
    return VM_OK;
}

static enum vm_status unmap(void *table, struct page_entry *old, vpn_t vpn)
{
    struct radix_leaf leaf;

    if (!is_page(vpn) || radix_unmap(table, &leaf, vpn << ATLAS_PAGE_SHIFT) != VM_OK)
        return VM_ABSENT;
    if (old)
        *old = entry_of(&leaf, 0);
    return VM_OK;
}

static enum vm_status protect(void *table, vpn_t vpn, uint64_t clear, uint64_t set)
{
    return is_page(vpn) ? radix_change(table, vpn << ATLAS_PAGE_SHIFT, clear, set) : VM_ABSENT;
}

static enum vm_status next(const void *table, struct page_entry *found, uint64_t *cursor)
{
    struct radix_leaf leaf;
    enum vm_status status = radix_next(table, &leaf, *cursor);

    if (status == VM_OK) {
        *found = entry_of(&leaf, 0);
        *cursor = found->vpn + found->pages;
    }
    return status;
}

static uint64_t bytes(const void *table)
{
    return (uint64_t)((const struct radix *)table)->tables * ATLAS_PAGE_SIZE;
}

static void destroy(void *table)
{
    radix_destroy(table);
}

const struct page_table_ops radix_ops = {"radix", map,  unmap, protect,
                                         lookup,  next, bytes, destroy};
