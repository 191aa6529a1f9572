#include "os/paging/radix.h"

#include "base/bug.h"
#include "base/bytes.h"

static uint64_t pte_ppn(const struct radix *t, uint64_t pte)
{
    return t->mode->pte_bytes == 4 ? ATLAS_GET(pte, PTE32_PPN) : ATLAS_GET(pte, PTE64_PPN);
}

static uint64_t pte_make(const struct radix *t, uint64_t ppn, uint64_t flags)
{
    return flags |
           (t->mode->pte_bytes == 4 ? ATLAS_SET(PTE32_PPN, ppn) : ATLAS_SET(PTE64_PPN, ppn));
}

static bool pte_is_leaf(uint64_t pte)
{
    return (pte & PTE_BIT(V)) && (pte & PTE_LEAF);
}

static bool pte_is_pointer(uint64_t pte)
{
    return (pte & PTE_BIT(V)) && !(pte & PTE_LEAF);
}

static paddr_t slot_of(const struct radix *t, pfn_t table, unsigned index)
{
    return ((paddr_t)table << ATLAS_PAGE_SHIFT) + (paddr_t)index * t->mode->pte_bytes;
}

static pfn_t table_of(paddr_t slot)
{
    return (pfn_t)(slot >> ATLAS_PAGE_SHIFT);
}

static uint64_t slot_read(const struct radix *t, paddr_t slot)
{
    return phys_word_read(t->phys, slot, t->mode->pte_bytes);
}

/* Write an entry, and keep count of the entries in use of its table. */
static void slot_write(struct radix *t, paddr_t slot, uint64_t pte)
{
    struct frame *frame = frames_get(t->frames, table_of(slot));
    uint64_t old = slot_read(t, slot);

    frame->used = (uint16_t)(frame->used + (pte != 0) - (old != 0));
    phys_word_write(t->phys, slot, pte, t->mode->pte_bytes);
}

static enum vm_status table_new(struct radix *t, pfn_t *table)
{
    if (t->tables >= t->limit)
        return VM_LIMIT;
    *table = frames_alloc(t->frames, FRAME_TABLE, t->owner);
    if (*table == PFN_NONE)
        return VM_NOMEM;
    for (unsigned i = 0; i < 1u << t->mode->index_bits; i++)
        phys_word_write(t->phys, slot_of(t, *table, i), 0, t->mode->pte_bytes);
    t->tables++;
    return VM_OK;
}

static void table_drop(struct radix *t, pfn_t table)
{
    frames_drop(t->frames, table);
    t->tables--;
}

enum vm_status radix_create(struct radix *t, const struct phys *phys, struct frames *frames,
                            const struct paging_mode *mode, uint32_t owner, uint32_t limit)
{
    VM_BUG(!mode || limit < 1);
    *t = (struct radix){
        .phys = phys, .frames = frames, .mode = mode, .owner = owner, .limit = limit};
    return table_new(t, &t->root);
}

static void destroy_below(struct radix *t, pfn_t table, unsigned level)
{
    for (unsigned i = 0; level > 0 && i < 1u << t->mode->index_bits; i++) {
        uint64_t pte = slot_read(t, slot_of(t, table, i));

        if (pte_is_pointer(pte))
            destroy_below(t, (pfn_t)pte_ppn(t, pte), level - 1);
    }
    table_drop(t, table);
}

void radix_destroy(struct radix *t)
{
    destroy_below(t, t->root, t->mode->levels - 1u);
}

/* Where a walk for va ends: `slots[level]` is the entry that is looked at in each level, from
 * the root down to the returned level, where no pointer was found or `stop` was reached. */
static unsigned descend(const struct radix *t, paddr_t slots[static 5], vaddr_t va, unsigned stop)
{
    unsigned level = t->mode->levels - 1u;
    pfn_t table = t->root;

    for (;; level--) {
        uint64_t pte;

        slots[level] = slot_of(t, table, paging_index(t->mode, va, level));
        if (level == stop)
            return level;
        pte = slot_read(t, slots[level]);
        if (!pte_is_pointer(pte))
            return level;
        table = (pfn_t)pte_ppn(t, pte);
    }
}

/* Take away the empty tables on the path of va, from the one at `level` upwards. */
static void prune(struct radix *t, const paddr_t slots[static 5], unsigned level)
{
    for (; level + 1u < t->mode->levels; level++) {
        if (frames_get(t->frames, table_of(slots[level]))->used > 0)
            return;
        slot_write(t, slots[level + 1], 0);
        table_drop(t, table_of(slots[level]));
    }
}

static bool place_ok(const struct radix *t, vaddr_t va, unsigned level, uint64_t ppn)
{
    uint64_t pages = level < t->mode->levels ? paging_leaf_pages(t->mode, level) : 0;

    return pages > 0 && paging_canonical(t->mode, va) &&
           (va & ((pages << ATLAS_PAGE_SHIFT) - 1)) == 0 && (ppn & (pages - 1)) == 0 &&
           ppn <= ATLAS_ONES(t->mode->ppn_bits);
}

enum vm_status radix_map(struct radix *t, vaddr_t va, unsigned level, uint64_t ppn, uint64_t flags)
{
    paddr_t slots[5];
    unsigned at;

    VM_BUG((flags & ~PTE_FLAGS) || !pte_is_leaf(flags));
    if (!place_ok(t, va, level, ppn))
        return VM_RANGE;
    at = descend(t, slots, va, level);
    if (slot_read(t, slots[at]) != 0)
        return VM_EXISTS;
    for (; at > level; at--) {
        pfn_t table;
        enum vm_status status = table_new(t, &table);

        if (status != VM_OK) {
            prune(t, slots, at);
            return status;
        }
        slot_write(t, slots[at], pte_make(t, table, PTE_BIT(V)));
        slots[at - 1] = slot_of(t, table, paging_index(t->mode, va, at - 1));
    }
    slot_write(t, slots[level], pte_make(t, ppn, flags));
    return VM_OK;
}

/* The leaf behind slot at level for va, or false if there is none. */
static bool leaf_at(const struct radix *t, struct radix_leaf *leaf, vaddr_t va, paddr_t slot,
                    unsigned level)
{
    uint64_t pte = slot_read(t, slot);
    uint64_t bytes = paging_leaf_pages(t->mode, level) << ATLAS_PAGE_SHIFT;

    if (!pte_is_leaf(pte))
        return false;
    *leaf = (struct radix_leaf){
        .va = va & ~(bytes - 1), .slot = slot, .pte = pte, .ppn = pte_ppn(t, pte), .level = level};
    return true;
}

static bool find(const struct radix *t, struct radix_leaf *leaf, paddr_t slots[static 5],
                 vaddr_t va)
{
    unsigned level;

    if (!paging_canonical(t->mode, va))
        return false;
    level = descend(t, slots, va, 0);
    return leaf_at(t, leaf, va, slots[level], level);
}

enum vm_status radix_lookup(const struct radix *t, struct radix_leaf *leaf, vaddr_t va)
{
    paddr_t slots[5];

    return find(t, leaf, slots, va) ? VM_OK : VM_ABSENT;
}

enum vm_status radix_unmap(struct radix *t, struct radix_leaf *old, vaddr_t va)
{
    struct radix_leaf leaf;
    paddr_t slots[5];

    if (!find(t, &leaf, slots, va))
        return VM_ABSENT;
    if (old)
        *old = leaf;
    slot_write(t, leaf.slot, 0);
    prune(t, slots, leaf.level);
    return VM_OK;
}

enum vm_status radix_change(struct radix *t, vaddr_t va, uint64_t clear, uint64_t set)
{
    struct radix_leaf leaf;
    uint64_t pte;

    VM_BUG(((clear | set) & ~PTE_FLAGS) || ((clear | set) & PTE_BIT(V)));
    if (radix_lookup(t, &leaf, va) != VM_OK)
        return VM_ABSENT;
    pte = (leaf.pte & ~clear) | set;
    VM_BUG(!pte_is_leaf(pte));
    slot_write(t, leaf.slot, pte);
    return VM_OK;
}

enum vm_status radix_replace(struct radix *t, vaddr_t va, uint64_t ppn, uint64_t flags)
{
    struct radix_leaf leaf;

    VM_BUG((flags & ~PTE_FLAGS) || !pte_is_leaf(flags) || ppn > ATLAS_ONES(t->mode->ppn_bits));
    if (radix_lookup(t, &leaf, va) != VM_OK)
        return VM_ABSENT;
    VM_BUG(leaf.level != 0);
    slot_write(t, leaf.slot, pte_make(t, ppn, flags));
    return VM_OK;
}

/* The address of page `vpn` of the tree, counted from its lowest index, as the mode has it. */
static vaddr_t address_of(const struct radix *t, vpn_t vpn)
{
    vaddr_t va = vpn << ATLAS_PAGE_SHIFT;

    if (t->mode->pte_bytes == 8 && (va >> (t->mode->va_bits - 1)) & 1)
        va |= ~ATLAS_ONES(t->mode->va_bits);
    return va;
}

/* radix_next in the table at `level` whose first page is `base`; from and base counted from
 * the lowest index of the tree. */
static bool next_in(const struct radix *t, struct radix_leaf *leaf, pfn_t table, unsigned level,
                    vpn_t base, vpn_t from)
{
    uint64_t pages = paging_leaf_pages(t->mode, level);

    for (uint64_t i = from > base ? (from - base) / pages : 0; i < 1u << t->mode->index_bits; i++) {
        paddr_t slot = slot_of(t, table, (unsigned)i);
        vpn_t at = base + i * pages;
        uint64_t pte = slot_read(t, slot);

        if (leaf_at(t, leaf, address_of(t, at), slot, level))
            return true;
        if (pte_is_pointer(pte) && next_in(t, leaf, (pfn_t)pte_ppn(t, pte), level - 1, at, from))
            return true;
    }
    return false;
}

enum vm_status radix_next(const struct radix *t, struct radix_leaf *leaf, vpn_t from)
{
    vaddr_t va = from << ATLAS_PAGE_SHIFT;
    vaddr_t middle = address_of(t, UINT64_C(1) << (t->mode->va_bits - 1 - ATLAS_PAGE_SHIFT));
    uint64_t bits = t->mode->va_bits - ATLAS_PAGE_SHIFT;

    if (!paging_canonical(t->mode, va)) {
        if (t->mode->pte_bytes == 4)
            return VM_ABSENT;
        from = middle >> ATLAS_PAGE_SHIFT; /* in the hole: the upper half comes next */
    }
    return next_in(t, leaf, t->root, t->mode->levels - 1u, 0, from & ATLAS_ONES(bits)) ? VM_OK
                                                                                       : VM_ABSENT;
}
