#include "os/paging/flat.h"

#include "base/bug.h"

static const vpn_t all_pages = UINT64_C(1) << (64 - ATLAS_PAGE_SHIFT);

enum vm_status flat_create(struct flat *t, const struct phys *phys, struct frames *frames,
                           const struct paging_mode *mode, uint32_t owner, vpn_t first,
                           uint64_t pages)
{
    if (pages == 0 || first >= all_pages || pages > all_pages - first)
        return VM_RANGE;
    *t = (struct flat){.mode = mode, .first = first, .pages = pages};
    return frame_array_open(&t->entries, phys, frames, owner, flat_bytes(mode, pages));
}

uint64_t flat_bytes(const struct paging_mode *mode, uint64_t pages)
{
    uint64_t bytes = pages * mode->pte_bytes;

    return (bytes + ATLAS_PAGE_SIZE - 1) / ATLAS_PAGE_SIZE * ATLAS_PAGE_SIZE;
}

static uint64_t entry_read(const struct flat *t, uint64_t i)
{
    const void *at = frame_array_at(&t->entries, i * t->mode->pte_bytes);

    return t->mode->pte_bytes == 4 ? *(const uint32_t *)at : *(const uint64_t *)at;
}

static void entry_write(struct flat *t, uint64_t i, uint64_t pte)
{
    void *at = frame_array_at(&t->entries, i * t->mode->pte_bytes);

    if (t->mode->pte_bytes == 4)
        *(uint32_t *)at = (uint32_t)pte;
    else
        *(uint64_t *)at = pte;
}

static bool holds(const struct flat *t, vpn_t vpn)
{
    return vpn >= t->first && vpn - t->first < t->pages;
}

/* The mapping at index i, if there is one. */
static bool entry_at(const struct flat *t, struct page_entry *found, uint64_t i, unsigned reads)
{
    uint64_t pte = entry_read(t, i);

    if (pte == 0)
        return false;
    *found = (struct page_entry){.vpn = t->first + i,
                                 .ppn = pte_ppn(t->mode, pte),
                                 .pages = 1,
                                 .flags = pte & PTE_FLAGS,
                                 .reads = reads};
    return true;
}

static enum vm_status map(void *table, vpn_t vpn, uint64_t ppn, uint64_t flags)
{
    struct flat *t = table;

    VM_BUG(!pte_flags_ok(t->mode, flags) || (flags & PTE_NAPOT));
    if (!holds(t, vpn) || ppn > ATLAS_ONES(t->mode->ppn_bits))
        return VM_RANGE;
    if (entry_read(t, vpn - t->first) != 0)
        return VM_EXISTS;
    entry_write(t, vpn - t->first, pte_make(t->mode, ppn, flags));
    return VM_OK;
}

static enum vm_status lookup(const void *table, struct page_entry *found, vpn_t vpn)
{
    const struct flat *t = table;

    if (!holds(t, vpn))
        return VM_ABSENT;
    return entry_at(t, found, vpn - t->first, frame_array_reads(&t->entries)) ? VM_OK : VM_ABSENT;
}

static enum vm_status unmap(void *table, struct page_entry *old, vpn_t vpn)
{
    struct flat *t = table;
    struct page_entry entry;

    if (lookup(t, &entry, vpn) != VM_OK)
        return VM_ABSENT;
    if (old)
        *old = entry;
    entry_write(t, vpn - t->first, 0);
    return VM_OK;
}

static enum vm_status protect(void *table, vpn_t vpn, uint64_t clear, uint64_t set)
{
    struct flat *t = table;
    struct page_entry entry;
    uint64_t flags;

    if (lookup(t, &entry, vpn) != VM_OK)
        return VM_ABSENT;
    flags = (entry.flags & ~clear) | set;
    VM_BUG(!pte_flags_ok(t->mode, flags) || (flags & PTE_NAPOT));
    entry_write(t, vpn - t->first, pte_make(t->mode, entry.ppn, flags));
    return VM_OK;
}

static enum vm_status next(const void *table, struct page_entry *found, uint64_t *cursor)
{
    const struct flat *t = table;

    while (*cursor < t->pages) {
        if (entry_at(t, found, (*cursor)++, 0))
            return VM_OK;
    }
    return VM_ABSENT;
}

static uint64_t bytes(const void *table)
{
    return frame_array_bytes(&((const struct flat *)table)->entries);
}

static void destroy(void *table)
{
    frame_array_close(&((struct flat *)table)->entries);
}

const struct page_table_ops flat_ops = {"flat", map, unmap, protect, lookup, next, bytes, destroy};
