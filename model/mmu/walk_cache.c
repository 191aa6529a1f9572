/* walk_cache.c: twin of rtl/atlas_walk_cache.v. */
#include "mmu/walk_cache.h"

static uint64_t tag_of(const struct shape *shape, uint64_t vpn, unsigned level)
{
    return vpn >> (shape->slice_bits * (level + 1));
}

static bool same_space(const struct walk_cache *wc, const struct regime *regime)
{
    return wc->asid == regime->asid && wc->levels == regime->mode.levels;
}

const struct pointer *walk_cache_find(const struct walk_cache *wc, const struct shape *shape,
                                      const struct regime *regime, uint64_t vpn, unsigned *level)
{
    if (!same_space(wc, regime))
        return NULL;
    for (unsigned i = 0; i + 1 < regime->mode.levels; i++) {
        if (wc->at[i].valid && wc->at[i].tag == tag_of(shape, vpn, i)) {
            *level = i;
            return &wc->at[i];
        }
    }
    return NULL;
}

void walk_cache_fill(struct walk_cache *wc, const struct shape *shape, const struct regime *regime,
                     uint64_t vpn, unsigned level, uint64_t ppn, bool g)
{
    if (!same_space(wc, regime)) {
        walk_cache_drop(wc);
        wc->asid = regime->asid;
        wc->levels = regime->mode.levels;
    }
    wc->at[level] =
        (struct pointer){.tag = tag_of(shape, vpn, level), .ppn = ppn, .valid = true, .g = g};
}

void walk_cache_drop(struct walk_cache *wc)
{
    for (unsigned i = 0; i < MMU_MAX_POINTERS; i++)
        wc->at[i].valid = false;
}

struct atlas_entry walk_cache_show(const struct walk_cache *wc, const struct shape *shape,
                                   unsigned level)
{
    const struct pointer *p = &wc->at[level];

    if (!p->valid)
        return (struct atlas_entry){.valid = false};
    return (struct atlas_entry){.valid = true,
                                .g = p->g,
                                .asid = wc->asid,
                                .vpn = p->tag << (shape->slice_bits * (level + 1)),
                                .ppn = p->ppn,
                                .level = (uint8_t)(wc->levels - 1)};
}
