/* walk_cache.h: the last pointers a port's walks have followed, one for each level of table
 * below the root. Twin of atlas_walk_cache. Private to model/mmu. model/README.md, 2.4.
 */
#ifndef ATLAS_MMU_WALK_CACHE_H
#define ATLAS_MMU_WALK_CACHE_H

#include "atlas.h"
#include "mmu/shape.h"

/* The pointer to a table: the table's level is its place in the array. */
struct pointer {
    uint64_t tag; /* VPN without the bits that this table and those below it index */
    uint64_t ppn; /* of the table                                                  */
    bool valid, g;
};

struct walk_cache {
    struct pointer at[MMU_MAX_POINTERS]; /* [level of the table]                   */
    uint16_t asid;                       /* of all of them                         */
    uint8_t levels;                      /* of their mode                          */
};

/* The pointer to the lowest table that the walk of `vpn` in this regime may begin with. Returns
 * NULL if it begins at the root; else *level is that table's. */
const struct pointer *walk_cache_find(const struct walk_cache *wc, const struct shape *shape,
                                      const struct regime *regime, uint64_t vpn, unsigned *level);

/* Remember the pointer to a table of level `level`; g is the OR of G over the path to it. */
void walk_cache_fill(struct walk_cache *wc, const struct shape *shape, const struct regime *regime,
                     uint64_t vpn, unsigned level, uint64_t ppn, bool g);

/* Forget all. */
void walk_cache_drop(struct walk_cache *wc);

/* For read-back. */
struct atlas_entry walk_cache_show(const struct walk_cache *wc, const struct shape *shape,
                                   unsigned level);

#endif
