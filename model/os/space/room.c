#include "os/space/room.h"

#include "base/bytes.h"

bool room_range(const struct space *s, vpn_t *start, vpn_t *end, vaddr_t address, uint64_t length)
{
    uint64_t pages = length / ATLAS_PAGE_SIZE + (length % ATLAS_PAGE_SIZE != 0);

    *start = address >> ATLAS_PAGE_SHIFT;
    *end = *start + pages;
    return pages > 0 && address % ATLAS_PAGE_SIZE == 0 && *start >= s->layout.lowest &&
           *start <= s->layout.end && pages <= s->layout.end - *start;
}

/* First page after r that may be given away, and the first before r that may not. */
static vpn_t above(const struct space *s, const struct region *r)
{
    return r ? r->end + s->layout.gap : 0;
}

static vpn_t below(const struct space *s, const struct region *r)
{
    uint64_t keep = s->layout.gap;

    if (!r)
        return UINT64_MAX;
    if ((r->flags & REGION_GROWS_DOWN) && s->layout.guard > keep)
        keep = s->layout.guard;
    return r->start > keep ? r->start - keep : 0;
}

static struct region *last(const struct region_list *list)
{
    struct region *r = list->first;

    while (r && r->next)
        r = r->next;
    return r;
}

bool room_free(struct space *s, vpn_t start, vpn_t end)
{
    const struct region *next = regions_from(&s->regions, start);
    const struct region *prev = next ? next->prev : last(&s->regions);

    return start >= above(s, prev) && end <= below(s, next);
}

bool room_above(struct space *s, vpn_t end, vpn_t to)
{
    return to <= s->layout.end && to <= below(s, regions_from(&s->regions, end));
}

/* The lowest or the highest place in [low, high). */
static bool search(const struct space *s, vpn_t *start, uint64_t pages, vpn_t low, vpn_t high,
                   bool lowest)
{
    const struct region *prev = NULL, *next = s->regions.first;
    bool found = false;

    for (;; prev = next, next = next->next) {
        vpn_t from = above(s, prev), to = below(s, next);

        from = from > low ? from : low;
        to = to < high ? to : high;
        if (from < to && to - from >= pages) {
            *start = lowest ? from : to - pages;
            found = true;
        }
        if (!next || (found && lowest))
            return found;
    }
}

bool room_find(struct space *s, vpn_t *start, uint64_t pages)
{
    const struct layout *l = &s->layout;

    return search(s, start, pages, l->mmap_low, l->mmap_high, l->mmap_up) ||
           (l->mmap_up && search(s, start, pages, l->lowest, l->mmap_high, true));
}
