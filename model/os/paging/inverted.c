#include "os/paging/inverted.h"

#include "base/bug.h"
#include "base/bytes.h"

struct entry {
    uint64_t word;  /* the page's address, with the flags below it; 0: no page */
    uint32_t owner; /* whose page                                              */
    uint32_t next;  /* of the chain: entry + 1; 0: the last one                */
};

/* Flags of an entry: bits 9:0 in their place, PBMT in bits 11:10. */
enum { PBMT_LSB = ATLAS_PTE64_PPN_LSB };

static uint64_t word_make(vpn_t vpn, uint64_t flags)
{
    return vpn << ATLAS_PAGE_SHIFT | ATLAS_GET(flags, PTE64_PBMT) << PBMT_LSB |
           (flags & ATLAS_ONES(PBMT_LSB));
}

static uint64_t word_flags(uint64_t word)
{
    return (word & ATLAS_ONES(PBMT_LSB)) | ATLAS_SET(PTE64_PBMT, word >> PBMT_LSB);
}

static bool flags_ok(uint64_t flags)
{
    return pte_flags_ok(paging_mode(ATLAS_MODE_SV39), flags) && !(flags & PTE_NAPOT);
}

enum vm_status inverted_create(struct inverted *t, const struct phys *phys, struct frames *frames)
{
    enum vm_status status;

    *t = (struct inverted){.first = frames->first, .count = frames->count, .bits = 1};
    while (UINT64_C(1) << t->bits < t->count)
        t->bits++;
    status = frame_array_open(&t->entries, phys, frames, FRAME_NO_OWNER,
                              (uint64_t)t->count * sizeof(struct entry));
    if (status != VM_OK)
        return status;
    status =
        frame_array_open(&t->anchors, phys, frames, FRAME_NO_OWNER, sizeof(uint32_t) << t->bits);
    if (status != VM_OK)
        frame_array_close(&t->entries);
    return status;
}

void inverted_destroy(struct inverted *t)
{
    frame_array_close(&t->anchors);
    frame_array_close(&t->entries);
}

/* Entry `number` - 1. */
static struct entry *entry_at(const struct inverted *t, uint32_t number)
{
    return frame_array_at(&t->entries, (uint64_t)(number - 1) * sizeof(struct entry));
}

/* The place of a page in the anchor table. */
static uint32_t *anchor_of(const struct inverted *t, uint32_t owner, vpn_t vpn)
{
    uint64_t place = page_hash(vpn ^ (uint64_t)owner << 32, t->bits);

    return frame_array_at(&t->anchors, place * sizeof(uint32_t));
}

static bool is_page(const struct entry *entry, uint32_t owner, vpn_t vpn)
{
    return entry->word >> ATLAS_PAGE_SHIFT == vpn && entry->owner == owner;
}

/* The link that leads to the page's entry, or the 0 that ends its chain; `links` followed before.
 */
static uint32_t *link_to(const struct inverted_process *p, vpn_t vpn, unsigned *links)
{
    uint32_t *link = anchor_of(p->table, p->owner, vpn);

    for (*links = 0; *link != 0 && !is_page(entry_at(p->table, *link), p->owner, vpn); ++*links)
        link = &entry_at(p->table, *link)->next;
    return link;
}

/* The page's entry, if it is mapped; else NULL. */
static struct entry *mapped(const struct inverted_process *p, vpn_t vpn)
{
    unsigned links;
    uint32_t number = *link_to(p, vpn, &links);

    return number != 0 ? entry_at(p->table, number) : NULL;
}

static struct page_entry found_at(const struct inverted *t, uint32_t number, unsigned reads)
{
    const struct entry *entry = entry_at(t, number);

    return (struct page_entry){.vpn = entry->word >> ATLAS_PAGE_SHIFT,
                               .ppn = t->first + (uint64_t)number - 1,
                               .pages = 1,
                               .flags = word_flags(entry->word),
                               .reads = reads};
}

static enum vm_status map(void *table, vpn_t vpn, uint64_t ppn, uint64_t flags)
{
    const struct inverted_process *p = table;
    struct inverted *t = p->table;
    struct entry *entry;
    uint32_t *anchor, number;

    VM_BUG(!flags_ok(flags));
    if (vpn >> (64 - ATLAS_PAGE_SHIFT) || ppn < t->first || ppn - t->first >= t->count)
        return VM_RANGE;
    number = (uint32_t)(ppn - t->first) + 1;
    entry = entry_at(t, number);
    if (entry->word != 0 || mapped(p, vpn))
        return VM_EXISTS;
    anchor = anchor_of(t, p->owner, vpn);
    *entry = (struct entry){word_make(vpn, flags), p->owner, *anchor};
    *anchor = number;
    t->used++;
    return VM_OK;
}

static enum vm_status lookup(const void *table, struct page_entry *found, vpn_t vpn)
{
    const struct inverted_process *p = table;
    const struct inverted *t = p->table;
    unsigned links;
    uint32_t number = *link_to(p, vpn, &links);

    if (number == 0)
        return VM_ABSENT;
    *found = found_at(
        t, number, frame_array_reads(&t->anchors) + (links + 1) * frame_array_reads(&t->entries));
    return VM_OK;
}

static enum vm_status unmap(void *table, struct page_entry *old, vpn_t vpn)
{
    const struct inverted_process *p = table;
    unsigned links;
    uint32_t *link = link_to(p, vpn, &links);
    struct entry *entry;

    if (*link == 0)
        return VM_ABSENT;
    if (old)
        *old = found_at(p->table, *link, 0);
    entry = entry_at(p->table, *link);
    *link = entry->next;
    *entry = (struct entry){0, 0, 0};
    p->table->used--;
    return VM_OK;
}

static enum vm_status protect(void *table, vpn_t vpn, uint64_t clear, uint64_t set)
{
    struct entry *entry = mapped(table, vpn);
    uint64_t flags;

    if (!entry)
        return VM_ABSENT;
    flags = (word_flags(entry->word) & ~clear) | set;
    VM_BUG(!flags_ok(flags));
    entry->word = word_make(vpn, flags);
    return VM_OK;
}

static enum vm_status next(const void *table, struct page_entry *found, uint64_t *cursor)
{
    const struct inverted_process *p = table;

    while (*cursor < p->table->count) {
        uint32_t number = (uint32_t)++ * cursor;
        const struct entry *entry = entry_at(p->table, number);

        if (entry->word != 0 && entry->owner == p->owner) {
            *found = found_at(p->table, number, 0);
            return VM_OK;
        }
    }
    return VM_ABSENT;
}

static uint64_t bytes(const void *table)
{
    const struct inverted *t = ((const struct inverted_process *)table)->table;

    return frame_array_bytes(&t->entries) + frame_array_bytes(&t->anchors);
}

static void destroy(void *table)
{
    struct page_entry found;

    for (uint64_t cursor = 0; next(table, &found, &cursor) == VM_OK;)
        unmap(table, NULL, found.vpn);
}

const struct page_table_ops inverted_ops = {"inverted", map,  unmap, protect,
                                            lookup,     next, bytes, destroy};
