/* pool.h: kernel objects of one size, carved from frames. Layer: os/kmem; knows mem only.
 *
 * Each page holds a header and objects; a page is taken when no object is free and given back
 * when its last object is, so a pool without objects holds no frame. The frame's `used` counts
 * its objects. Objects are handed out page by page, in the order of their addresses at first.
 */
#ifndef ATLAS_POOL_H
#define ATLAS_POOL_H

#include <stddef.h>

#include "mem/frames.h"
#include "mem/phys.h"

struct pool_page; /* a page with free objects: the header at its start */

struct pool {
    const struct phys *phys;
    struct frames *frames;
    struct pool_page *open; /* pages with at least one free object   */
    uint32_t size;          /* of an object                  [bytes] */
    uint32_t objects;       /* handed out                            */
    uint32_t pages;         /* frames held                           */
};

/* An empty pool of objects of `size` bytes, 1 .. 2000. phys and frames must outlive it. */
void pool_init(struct pool *pool, const struct phys *phys, struct frames *frames, size_t size);

/* An object, all bytes 0, aligned to 16; NULL if a frame is needed and none is free. */
void *pool_get(struct pool *pool);

/* Give an object back. One that is not of this pool is a bug. */
void pool_put(struct pool *pool, void *object);

#endif
