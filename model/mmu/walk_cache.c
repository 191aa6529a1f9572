/* walk_cache.c: twin of rtl/atlas_walk_cache.v. */
#include "mmu/walk_cache.h"

#define EMPTY_VPN UINT64_MAX

void walk_cache_reset(struct walk_cache *wc, const struct shape *shape)
{
    *wc = (struct walk_cache){.levels = 0};
    for (unsigned i = 0; i < MMU_MAX_LEVELS - 1; i++)
        wc->above[i] = ~ATLAS_ONES(shape->slice_bits * (i + 1));
    walk_cache_drop(wc);
}

void walk_cache_drop(struct walk_cache *wc)
{
    for (unsigned i = 0; i < MMU_MAX_LEVELS - 1; i++)
        wc->at[i].vpn = EMPTY_VPN;
}

struct atlas_entry walk_cache_show(const struct walk_cache *wc, unsigned level)
{
    const struct pointer *p = &wc->at[level];

    if (p->vpn == EMPTY_VPN)
        return (struct atlas_entry){.valid = false};
    return (struct atlas_entry){.valid = true,
                                .g = p->g,
                                .asid = (uint16_t)(wc->space >> KEY_ASID_LSB),
                                .vpn = p->vpn & wc->above[level],
                                .ppn = p->ppn,
                                .level = (uint8_t)(wc->levels - 1)};
}
