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

/* Does what b shows follow what a shows, at the end of a? */
static bool continues(const struct region *a, const struct region *b)
{
    bool placed = a->object || a->kind == REGION_MMIO; /* zeros are all alike */

    return a->object == b->object && (!placed || a->offset + (a->end - a->start) == b->offset);
}

/* Could b, which begins where a ends, be part of a? */
static bool fits(const struct region *a, const struct region *b)
{
    return a->end == b->start && a->flags == b->flags && a->kind == b->kind &&
           a->committed == b->committed && a->name == b->name && continues(a, b);
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

bool region_commits(const struct region *model)
{
    return model->committed || ((model->flags & REGION_W) && !(model->flags & REGION_SHARED));
}

bool regions_reserve(struct region_list *list, unsigned count)
{
    void *record[4];
    unsigned got = 0;

    VM_BUG(count > 4);
    while (got < count && (record[got] = slab_alloc(list->cache)) != NULL)
        got++;
    for (unsigned i = 0; i < got; i++)
        slab_free(list->cache, record[i]);
    return got == count;
}

enum vm_status regions_insert(struct region_list *list, const struct region *model)
{
    struct region *after, *before, *r, added = *model;

    if (added.start >= added.end)
        return VM_RANGE;
    added.committed = region_commits(model);
    after = regions_from(list, added.start);
    if (after && after->start < added.end)
        return VM_EXISTS;
    before = after ? after->prev : last_of(list);
    if (before && fits(before, &added)) {
        before->end = added.end; /* no record needed */
        r = before;
    } else {
        r = link_after(list, before, &added);
        if (!r)
            return VM_NOMEM;
    }
    list->pages += added.end - added.start;
    join(list, r);
    return VM_OK;
}

struct region_sum regions_sum(const struct region_list *list, vpn_t start, vpn_t end)
{
    struct region_sum sum = {0};

    for (const struct region *r = list->first; r && r->start < end; r = r->next) {
        vpn_t from = r->start > start ? r->start : start, to = r->end < end ? r->end : end;
        uint64_t pages = to > from ? to - from : 0;

        sum.pages += pages;
        if (r->committed)
            sum.committed += pages;
        else if (!(r->flags & REGION_SHARED))
            sum.fresh += pages;
        if (r->committed && !(r->flags & REGION_GROWS_DOWN))
            sum.data += pages;
    }
    return sum;
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

void regions_heal(struct region_list *list, vpn_t start, vpn_t end)
{
    struct region *r = regions_from(list, start > 0 ? start - 1 : 0);

    while (r && r->start <= end) {
        if (r->next && fits(r, r->next))
            join(list, r);
        else
            r = r->next;
    }
}

static enum vm_status cut_both(struct region_list *list, vpn_t start, vpn_t end)
{
    if (cut(list, start) && cut(list, end))
        return VM_OK;
    regions_heal(list, start, end);
    return VM_NOMEM;
}

enum vm_status regions_part(struct region_list *list, vpn_t start, vpn_t end)
{
    struct region *r = regions_find(list, start);

    if (start >= end)
        return VM_RANGE;
    if (r && r->start < start && r->end > end && !split(list, r, end))
        return VM_NOMEM;
    return VM_OK;
}

/* Take pages [start, end), which do not lie in the middle of it, from r. */
static void trim(struct region_list *list, struct region *r, vpn_t start, vpn_t end)
{
    vpn_t from = r->start > start ? r->start : start, to = r->end < end ? r->end : end;

    list->pages -= to - from;
    if (from == r->start && to == r->end) {
        unlink_region(list, r);
    } else if (from == r->start) {
        r->offset += to - from;
        r->start = to;
    } else {
        r->end = from;
    }
}

enum vm_status regions_remove(struct region_list *list, vpn_t start, vpn_t end)
{
    enum vm_status status = regions_part(list, start, end);
    struct region *r = regions_from(list, start);

    if (status != VM_OK)
        return status;
    while (r && r->start < end) {
        struct region *next = r->next;

        trim(list, r, start, end);
        r = next;
    }
    return VM_OK;
}

bool regions_cover(struct region_list *list, vpn_t start, vpn_t end)
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
    if (!regions_cover(list, start, end))
        return VM_ABSENT;
    status = cut_both(list, start, end);
    if (status != VM_OK)
        return status;
    for (struct region *r = regions_from(list, start); r && r->start < end; r = r->next) {
        r->flags = (r->flags & ~(unsigned)REGION_PERMS) | perms;
        r->committed = region_commits(r);
    }
    regions_heal(list, start, end);
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
