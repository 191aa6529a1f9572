#include "os/space/stack.h"

#include "base/bytes.h"

/* May a stack get so many pages more? */
static enum vm_status check(const struct space *s, uint64_t pages)
{
    const struct region_sum have = {.pages = s->regions.pages}, none = {0};
    const struct region_sum more = {.pages = pages};

    return limits_check(&s->limits, &have, &none, &more);
}

enum vm_status mm_stack(struct space *s, vaddr_t *top, uint64_t pages)
{
    struct region model = {.end = s->layout.stack,
                           .flags = REGION_R | REGION_W | REGION_GROWS_DOWN,
                           .kind = REGION_STACK};
    enum vm_status status = check(s, pages);

    if (status != VM_OK || pages > s->limits.stack || pages > s->layout.stack - s->layout.lowest)
        return VM_LIMIT;
    model.start = model.end - pages;
    status = space_map(s, &model);
    if (status == VM_OK)
        *top = model.end << ATLAS_PAGE_SHIFT;
    return status;
}

static bool room_for(const struct space *s, const struct region *r, vpn_t vpn)
{
    vpn_t below = r->prev ? r->prev->end : 0;

    return r->end - vpn <= s->limits.stack && vpn >= below + s->layout.guard &&
           vpn >= s->layout.lowest;
}

enum vm_status space_grow(struct space *s, vpn_t vpn)
{
    struct region *r = regions_from(&s->regions, vpn);
    struct commit *commit = s->env->commit;
    enum vm_status status;

    if (!r || r->start <= vpn || !(r->flags & REGION_GROWS_DOWN))
        return VM_ABSENT;
    if (!room_for(s, r, vpn) || check(s, r->start - vpn) != VM_OK)
        return VM_LIMIT;
    status = commit && r->committed ? commit_charge(commit, r->start - vpn) : VM_OK;
    return status == VM_OK ? regions_extend_down(&s->regions, r, vpn) : status;
}
