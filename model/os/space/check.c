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
        return perms != 0;
    return ((pte & PTE_BIT(R)) && !(perms & (REGION_R | REGION_W))) ||
           ((pte & PTE_BIT(W)) && !(perms & REGION_W)) ||
           ((pte & PTE_BIT(X)) && !(perms & REGION_X));
}

static const char *check_leaf(struct space *s, const struct radix_leaf *leaf)
{
    vpn_t vpn = leaf->va >> ATLAS_PAGE_SHIFT;
    const struct region *r = regions_find(&s->regions, vpn);
    const struct frame *frame = frames_get(s->env->frames, (pfn_t)leaf->ppn);

    if (!r)
        return "a leaf lies in no region";
    if (allows_more(r, leaf->pte))
        return "a leaf allows more than its region";
    if (frame->kind != FRAME_USER)
        return "a user page shows a frame of the kernel";
    if (!knows(frame, s, vpn))
        return "a mapping is not in the reverse map";
    if ((leaf->pte & PTE_BIT(U)) && (leaf->pte & PTE_BIT(W)) && !space_owns(s, r, (pfn_t)leaf->ppn))
        return "a private page is writable and seen elsewhere";
    return NULL;
}

const char *space_check(struct space *s)
{
    const char *broken = check_regions(&s->regions);
    struct radix_leaf leaf;
    uint64_t leaves = 0;

    for (vpn_t vpn = 0; !broken && radix_next(&s->table, &leaf, vpn) == VM_OK; leaves++) {
        broken = check_leaf(s, &leaf);
        vpn = (leaf.va >> ATLAS_PAGE_SHIFT) + 1;
    }
    return broken || leaves == s->resident ? broken : "resident pages do not add up";
}
