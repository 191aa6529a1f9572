#include "os/space/check.h"

static const char *check_regions(const struct region_list *list)
{
    const struct region *prev = NULL;
    uint64_t pages = 0;
    uint32_t count = 0;

    for (const struct region *r = list->first; r; prev = r, r = r->next, count++) {
        if (r->start >= r->end)
            return "a region is empty";
        if (r->prev != prev || (prev && prev->end > r->start))
            return "regions overlap, or are out of order";
        if (r->object && r->object->refs == 0)
            return "a region shows an object that is gone";
        if (region_commits(r) && !r->committed)
            return "a private region is writable and not committed";
        pages += r->end - r->start;
    }
    return count == list->count && pages == list->pages ? NULL : "regions do not add up";
}

static bool knows(const struct frame *frame, const struct space *s, vpn_t vpn)
{
    const struct rmap *map = frame->maps;

    while (map && (map->space != s || map->vpn != vpn))
        map = map->next;
    return map;
}

static bool allows_more(const struct region *r, uint64_t pte)
{
    unsigned perms = r->flags & REGION_PERMS;

    if (!(pte & PTE_BIT(U)))
        return perms != 0 || (pte & PTE_BIT(R));
    return ((pte & PTE_BIT(R)) && !(perms & (REGION_R | REGION_W))) ||
           ((pte & PTE_BIT(W)) && !(perms & REGION_W)) ||
           ((pte & PTE_BIT(X)) && !(perms & REGION_X));
}

static const char *check_device(const struct region *r, const struct radix_leaf *leaf)
{
    uint64_t page = (leaf->va >> ATLAS_PAGE_SHIFT) - r->start;

    return leaf->ppn == r->offset + page ? NULL : "a device's page shows something else";
}

static const char *check_leaf(struct space *s, const struct radix_leaf *leaf)
{
    vpn_t vpn = leaf->va >> ATLAS_PAGE_SHIFT;
    const struct region *r = regions_find(&s->regions, vpn);
    const struct frame *frame = space_frame(s, leaf->ppn);

    if (!r)
        return "a leaf lies in no region";
    if (allows_more(r, leaf->pte))
        return "a leaf allows more than its region";
    if (r->kind == REGION_MMIO)
        return check_device(r, leaf);
    if (!frame || frame->kind != FRAME_USER)
        return "a user page shows a frame of the kernel";
    if (!knows(frame, s, vpn))
        return "a mapping is not in the reverse map";
    if ((leaf->pte & PTE_BIT(U)) && (leaf->pte & PTE_BIT(W)) && !space_owns(s, r, (pfn_t)leaf->ppn))
        return "a private page is writable and seen elsewhere";
    return NULL;
}

/* Leaves that were found, of each sort. */
struct tally {
    uint64_t all, file, shared;
};

static void add(struct tally *tally, const struct frame *frame)
{
    const struct object *o = frame ? frame->object : NULL;

    tally->all += frame != NULL;
    tally->file += o && o->ops->fill;
    tally->shared += o && !o->ops->fill;
}

const char *space_check(struct space *s)
{
    const char *broken = check_regions(&s->regions);
    struct tally tally = {0};
    struct radix_leaf leaf;

    for (vpn_t vpn = 0; !broken && radix_next(&s->table, &leaf, vpn) == VM_OK;) {
        broken = check_leaf(s, &leaf);
        add(&tally, space_frame(s, leaf.ppn));
        vpn = (leaf.va >> ATLAS_PAGE_SHIFT) + 1;
    }
    if (broken)
        return broken;
    return tally.all == s->resident && tally.file == s->resident_file &&
                   tally.shared == s->resident_shared
               ? NULL
               : "resident pages do not add up";
}
