#include "os/space/rmap.h"

#include "base/bug.h"

enum vm_status rmap_add(struct slab_cache *rmaps, struct frame *frame, struct space *s, vpn_t vpn)
{
    struct rmap *map = slab_alloc(rmaps);

    if (!map)
        return VM_NOMEM;
    *map = (struct rmap){.space = s, .vpn = vpn, .next = frame->maps};
    frame->maps = map;
    return VM_OK;
}

/* The link to the record of a mapping, which is there. */
static struct rmap **find(struct frame *frame, const struct space *s, vpn_t vpn)
{
    struct rmap **at = &frame->maps;

    while (*at && ((*at)->space != s || (*at)->vpn != vpn))
        at = &(*at)->next;
    VM_BUG(!*at);
    return at;
}

/* Take the record off the frame's list. */
static struct rmap *unlink_map(struct frame *frame, const struct space *s, vpn_t vpn)
{
    struct rmap **at = find(frame, s, vpn), *map = *at;

    *at = map->next;
    return map;
}

void rmap_remove(struct slab_cache *rmaps, struct frame *frame, const struct space *s, vpn_t vpn)
{
    slab_free(rmaps, unlink_map(frame, s, vpn));
}

void rmap_move(struct frame *from, struct frame *to, const struct space *s, vpn_t vpn)
{
    struct rmap *map = unlink_map(from, s, vpn);

    map->next = to->maps;
    to->maps = map;
}

void rmap_rename(struct frame *frame, const struct space *s, vpn_t from, vpn_t to)
{
    (*find(frame, s, from))->vpn = to;
}

void rmap_adopt(struct frame *frame, const struct space *s, vpn_t vpn, struct space *to)
{
    (*find(frame, s, vpn))->space = to;
}

uint32_t rmap_count(const struct frame *frame)
{
    uint32_t count = 0;

    for (const struct rmap *map = frame->maps; map; map = map->next)
        count++;
    return count;
}
