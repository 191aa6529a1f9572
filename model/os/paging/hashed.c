#include "os/paging/hashed.h"

#include "base/bug.h"
#include "base/bytes.h"

struct slot {
    vpn_t vpn;
    uint64_t pte; /* 0: free */
};

enum { LEAST_BITS = 8 }; /* 256 entries: one frame */

/* The mode whose entries these are. */
static const struct paging_mode *format(void)
{
    return paging_mode(ATLAS_MODE_SV39);
}

void hashed_create(struct hashed *t, const struct phys *phys, struct frames *frames, uint32_t owner)
{
    *t = (struct hashed){.phys = phys, .frames = frames, .owner = owner};
    t->entries.directory = PFN_NONE;
}

static struct slot *slot_at(const struct hashed *t, uint64_t i)
{
    return frame_array_at(&t->entries, i * sizeof(struct slot));
}

static uint64_t capacity(const struct hashed *t)
{
    return t->bits > 0 ? UINT64_C(1) << t->bits : 0;
}

/* The slot of the page, or the free one where it would go; there is an array. */
static uint64_t find(const struct hashed *t, vpn_t vpn, unsigned *slots)
{
    uint64_t i = page_hash(vpn, t->bits);

    for (*slots = 1; slot_at(t, i)->pte != 0 && slot_at(t, i)->vpn != vpn; ++*slots)
        i = (i + 1) & (capacity(t) - 1);
    return i;
}

/* The page's slot, if it is mapped; else NULL. */
static struct slot *mapped(const struct hashed *t, vpn_t vpn, unsigned *slots)
{
    struct slot *slot;

    if (t->bits == 0)
        return NULL;
    slot = slot_at(t, find(t, vpn, slots));
    return slot->pte != 0 ? slot : NULL;
}

/* Move all pages to an array of another size. */
static enum vm_status resize(struct hashed *t, unsigned bits)
{
    struct hashed old = *t;
    enum vm_status status =
        frame_array_open(&t->entries, t->phys, t->frames, t->owner, sizeof(struct slot) << bits);

    if (status != VM_OK) {
        *t = old;
        return status;
    }
    t->bits = bits;
    for (uint64_t i = 0; i < capacity(&old); i++) {
        const struct slot *from = slot_at(&old, i);
        unsigned slots;

        if (from->pte != 0)
            *slot_at(t, find(t, from->vpn, &slots)) = *from;
    }
    frame_array_close(&old.entries);
    return VM_OK;
}

static enum vm_status map(void *table, vpn_t vpn, uint64_t ppn, uint64_t flags)
{
    struct hashed *t = table;
    enum vm_status status = VM_OK;
    unsigned slots;

    VM_BUG(!pte_flags_ok(format(), flags) || (flags & PTE_NAPOT));
    if (vpn >> (64 - ATLAS_PAGE_SHIFT) || ppn > ATLAS_ONES(ATLAS_PTE64_PPN_BITS))
        return VM_RANGE;
    if (mapped(t, vpn, &slots))
        return VM_EXISTS;
    if (t->used + 1 > capacity(t) / 4 * 3)
        status = resize(t, t->bits > 0 ? t->bits + 1 : LEAST_BITS);
    if (status != VM_OK)
        return status;
    *slot_at(t, find(t, vpn, &slots)) = (struct slot){vpn, pte_make(format(), ppn, flags)};
    t->used++;
    return VM_OK;
}

static struct page_entry entry_of(const struct slot *slot, unsigned reads)
{
    return (struct page_entry){.vpn = slot->vpn,
                               .ppn = pte_ppn(format(), slot->pte),
                               .pages = 1,
                               .flags = slot->pte & PTE_FLAGS,
                               .reads = reads};
}

static enum vm_status lookup(const void *table, struct page_entry *found, vpn_t vpn)
{
    const struct hashed *t = table;
    unsigned slots;
    const struct slot *slot = mapped(t, vpn, &slots);

    if (!slot)
        return VM_ABSENT;
    *found = entry_of(slot, slots * frame_array_reads(&t->entries));
    return VM_OK;
}

/* Free slot i. A page further on that may not stay behind a free slot fills it, and so on. */
static void take_out(struct hashed *t, uint64_t i)
{
    uint64_t mask = capacity(t) - 1;

    for (uint64_t k = (i + 1) & mask; slot_at(t, k)->pte != 0; k = (k + 1) & mask) {
        uint64_t home = page_hash(slot_at(t, k)->vpn, t->bits);

        if (((k - home) & mask) >= ((k - i) & mask)) {
            *slot_at(t, i) = *slot_at(t, k);
            i = k;
        }
    }
    *slot_at(t, i) = (struct slot){0, 0};
}

static enum vm_status unmap(void *table, struct page_entry *old, vpn_t vpn)
{
    struct hashed *t = table;
    unsigned slots;
    const struct slot *slot = mapped(t, vpn, &slots);

    if (!slot)
        return VM_ABSENT;
    if (old)
        *old = entry_of(slot, 0);
    take_out(t, find(t, vpn, &slots));
    t->used--;
    if (t->used == 0) {
        frame_array_close(&t->entries);
        t->bits = 0;
    } else if (t->bits > LEAST_BITS && t->used <= capacity(t) / 8) {
        (void)resize(t, t->bits - 1); /* without memory it stays as large as it is */
    }
    return VM_OK;
}

static enum vm_status protect(void *table, vpn_t vpn, uint64_t clear, uint64_t set)
{
    unsigned slots;
    struct slot *slot = mapped(table, vpn, &slots);
    uint64_t pte;

    if (!slot)
        return VM_ABSENT;
    pte = (slot->pte & ~clear) | set;
    VM_BUG(((clear | set) & ~PTE_FLAGS) || !pte_flags_ok(format(), pte & PTE_FLAGS) ||
           (pte & PTE_NAPOT));
    slot->pte = pte;
    return VM_OK;
}

static enum vm_status next(const void *table, struct page_entry *found, uint64_t *cursor)
{
    const struct hashed *t = table;

    while (*cursor < capacity(t)) {
        const struct slot *slot = slot_at(t, (*cursor)++);

        if (slot->pte != 0) {
            *found = entry_of(slot, 0);
            return VM_OK;
        }
    }
    return VM_ABSENT;
}

static uint64_t bytes(const void *table)
{
    return frame_array_bytes(&((const struct hashed *)table)->entries);
}

static void destroy(void *table)
{
    frame_array_close(&((struct hashed *)table)->entries);
}

const struct page_table_ops hashed_ops = {"hashed", map,  unmap, protect,
                                          lookup,   next, bytes, destroy};
