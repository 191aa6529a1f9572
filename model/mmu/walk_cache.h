/* walk_cache.h: the last pointers a port's walks have followed, one for each level of table
 * below the root. Twin of atlas_walk_cache. Private to model/mmu. model/README.md, 2.4.
 */
#ifndef ATLAS_MMU_WALK_CACHE_H
#define ATLAS_MMU_WALK_CACHE_H

#include "atlas.h"
#include "mmu/shape.h"

/* The pointer to a table: the table's level is its place in the array. An empty one has a vpn
 * that no request has. */
struct pointer {
    uint64_t vpn; /* of the request that followed it                                */
    uint64_t ppn; /* of the table                                                   */
    bool g;       /* OR of G over the path to the table                             */
};

struct walk_cache {
    struct pointer at[MMU_MAX_LEVELS - 1]; /* [level of the table]                             */
    uint64_t above[MMU_MAX_LEVELS - 1];    /* VPN bits that no table of that level or below
                                            indexes: a request must have the pointer's       */
    uint64_t space;                        /* ASID of all of them, as regime.key               */
    uint8_t levels;                        /* of their mode                                    */
};

void walk_cache_reset(struct walk_cache *wc, const struct shape *shape);

/* The pointer to the lowest table that the walk of `vpn` in this regime may begin with. Returns
 * NULL if it begins at the root; else *level is that table's. */
static inline const struct pointer *walk_cache_find(const struct walk_cache *wc,
                                                    const struct regime *regime, uint64_t vpn,
                                                    unsigned *level)
{
    if (wc->space != regime->key || wc->levels != regime->mode.levels)
        return NULL;
    for (unsigned i = 0; i + 1 < regime->mode.levels; i++) {
        if (((wc->at[i].vpn ^ vpn) & wc->above[i]) == 0) {
            *level = i;
            return &wc->at[i];
        }
    }
    return NULL;
}

/* Forget all. */
void walk_cache_drop(struct walk_cache *wc);

/* Remember the pointer to a table of level `level`. */
static inline void walk_cache_fill(struct walk_cache *wc, const struct regime *regime,
                                   unsigned level, struct pointer pointer)
{
    if (wc->space != regime->key || wc->levels != regime->mode.levels) {
        walk_cache_drop(wc);
        wc->space = regime->key;
        wc->levels = regime->mode.levels;
    }
    wc->at[level] = pointer;
}

/* For read-back. */
struct atlas_entry walk_cache_show(const struct walk_cache *wc, unsigned level);

#endif
