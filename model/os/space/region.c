#include "os/space/region.h"

#include "base/bug.h"
#include "base/bytes.h"

void regions_init(struct region_list *list, struct slab_cache *cache)
{
    *list = (struct region_list){.cache = cache};
}

static void unlink_region(struct region_list *list, struct region *r)
{
    if (r->prev)
        r->prev->next = r->next;
    else
        list->first = r->next;
    if (r->next)
        r->next->prev = r->prev;
    if (list->hint == r)
        list->hint = NULL;
    list->count--;
    if (r->object)
        object_drop(r->object);
    slab_free(list->cache, r);
}

void regions_clear(struct region_list *list)
{
    while (list->first)
        unlink_region(list, list->first);
    list->pages = 0;
}

struct region *regions_from(struct region_list *list, vpn_t vpn)
{
    struct region *r = list->hint && list->hint->start <= vpn ? list->hint : list->first;

    while (r && r->end <= vpn)
        r = r->next;
    if (r)
        list->hint = r;
    return r;
}

struct region *regions_find(struct region_list *list, vpn_t vpn)
{
    struct region *r = regions_from(list, vpn);

    return r && r->start <= vpn ? r : NULL;
}

/* Could b, which begins where a ends, be part of a? */
static bool fits(const struct region *a, const struct region *b)
{
    return a->end == b->start && a->flags == b->flags && a->object == b->object &&
           (!a->object || a->offset + (a->end - a->start) == b->offset);
}

/* Make r and its successor one, if they fit. */
static void join(struct region_list *list, struct region *r)
{
    if (!r || !r->next || !fits(r, r->next))
        return;
    r->end = r->next->end;
    unlink_region(list, r->next);
}

/* A record for `model` between prev and its successor; NULL if memory is short. */
static struct region *link_after(struct region_list *list, struct region *prev,
                                 const struct region *model)
{
    struct region *r = slab_alloc(list->cache);

    if (!r)
        return NULL;
    *r = *model;
    if (r->object)
        object_hold(r->object);
    r->prev = prev;
    r->next = prev ? prev->next : list->first;
    if (r->next)
        r->next->prev = r;
    if (prev)
        prev->next = r;
    else
        list->first = r;
    list->count++;
    return r;
}

static struct region *last_of(struct region_list *list)
{
    struct region *r = list->hint ? list->hint : list->first;

    while (r && r->next)
        r = r->next;
    return r;
}

enum vm_status regions_insert(struct region_list *list, const struct region *model)
{
    struct region *after, *before, *r;

    if (model->start >= model->end)
        return VM_RANGE;
    after = regions_from(list, model->start);
    if (after && after->start < model->end)
        return VM_EXISTS;
    before = after ? after->prev : last_of(list);
    if (before && fits(before, model)) {
        before->end = model->end; /* no record needed */
        r = before;
    } else {
        r = link_after(list, before, model);
        if (!r)
            return VM_NOMEM;
    }
    list->pages += model->end - model->start;
    join(list, r);
    return VM_OK;
}

enum vm_status regions_copy(struct region_list *list, const struct region_list *from)
{
    struct region *last = NULL;

    for (const struct region *r = from->first; r; r = r->next) {
        last = link_after(list, last, r);
        if (!last) {
            regions_clear(list);
            return VM_NOMEM;
        }
    }
    list->pages = from->pages;
    return VM_OK;
}

/* Cut r in two at page vpn, strictly inside. Returns false if memory is short. */
static bool split(struct region_list *list, struct region *r, vpn_t vpn)
{
    struct region upper = *r;

    upper.start = vpn;
    upper.offset += vpn - r->start;
    if (!link_after(list, r, &upper))
        return false;
    r->end = vpn;
    return true;
}

/* Make vpn a border between regions if it lies inside one. */
static bool cut(struct region_list *list, vpn_t vpn)
{
    struct region *r = regions_find(list, vpn);

    return !r || r->start == vpn || split(list, r, vpn);
}

/* Join what fits around and inside [start, end]. */
static void heal(struct region_list *list, vpn_t start, vpn_t end)
{
    struct region *r = regions_from(list, start > 0 ? start - 1 : 0);

    while (r && r->start <= end) {
        if (r->next && fits(r, r->next))
            join(list, r);
        else
            r = r->next;
    }
}

enum vm_status regions_cut(struct region_list *list, vpn_t start, vpn_t end)
{
    if (start >= end)
        return VM_RANGE;
    if (cut(list, start) && cut(list, end))
        return VM_OK;
    heal(list, start, end);
    return VM_NOMEM;
}

enum vm_status regions_remove(struct region_list *list, vpn_t start, vpn_t end)
{
    enum vm_status status = regions_cut(list, start, end);
    struct region *r = regions_from(list, start);

    if (status != VM_OK)
        return status;
    while (r && r->start < end) {
        struct region *next = r->next;

        list->pages -= r->end - r->start;
        unlink_region(list, r);
        r = next;
    }
    return VM_OK;
}

static bool covered(struct region_list *list, vpn_t start, vpn_t end)
{
    struct region *r = regions_find(list, start);

    while (r && r->end < end && r->next && r->next->start == r->end)
        r = r->next;
    return r && r->end >= end;
}

enum vm_status regions_protect(struct region_list *list, vpn_t start, vpn_t end, unsigned perms)
{
    enum vm_status status;

    VM_BUG(perms & ~(unsigned)REGION_PERMS);
    if (start >= end)
        return VM_RANGE;
    if (!covered(list, start, end))
        return VM_ABSENT;
    status = regions_cut(list, start, end);
    if (status != VM_OK)
        return status;
    for (struct region *r = regions_from(list, start); r && r->start < end; r = r->next)
        r->flags = (r->flags & ~(unsigned)REGION_PERMS) | perms;
    heal(list, start, end);
    return VM_OK;
}

enum vm_status regions_extend_down(struct region_list *list, struct region *region, vpn_t start)
{
    VM_BUG(region->object != NULL);
    if (start > region->start)
        return VM_RANGE;
    if (region->prev && region->prev->end > start)
        return VM_EXISTS;
    list->pages += region->start - start;
    region->start = start;
    if (region->prev)
        join(list, region->prev);
    return VM_OK;
}
